"""What pods consist of, as far as it is compared with the template of their owner."""

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct


class Mark(StrEnum):
    """Annotations by which webhooks and controllers tell that they changed a pod.

    Sources: the documentation of Istio, Linkerd, Vault's agent injector, Consul, Kuma, the vertical
    pod autoscaler and GKE Autopilot.
    """

    ISTIO = "sidecar.istio.io/status"
    LINKERD = "linkerd.io/proxy-version"
    VAULT = "vault.hashicorp.com/agent-inject-status"
    CONSUL = "consul.hashicorp.com/connect-inject-status"
    KUMA = "kuma.io/sidecar-injected"
    VPA = "vpaUpdates"
    VPA_IN_PLACE = "vpaInPlaceUpdated"
    AUTOPILOT = "autopilot.gke.io/resource-adjustment"


class PodContainer(NamedTuple):
    """A container of a pod; *resources* are its quantities by ``limits/cpu`` and the like.

    *image_id* is empty before kubelet tells of one.
    """

    name: str
    image: str
    resources: tuple[tuple[str, str], ...] = ()
    image_id: str = ""


class PodContent(Struct, frozen=True, kw_only=True, gc=False):
    """What *pods* live pods of one owner consist of, all alike.

    *revision* is the hash of the template that they were made of, as their label names it.
    *resize* is why kubelet does not give them the resources that their spec asks for (``Deferred``,
    ``Infeasible``), empty where it does. *names* are the first of them, where they are few. Without
    *containers* nobody was shown them.
    """

    pods: int
    revision: str = ""
    init_containers: tuple[PodContainer, ...] = ()
    containers: tuple[PodContainer, ...] = ()
    ephemeral_containers: tuple[PodContainer, ...] = ()
    marks: tuple[Mark, ...] = ()
    resize: str = ""
    names: tuple[str, ...] = ()
