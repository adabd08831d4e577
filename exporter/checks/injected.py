"""Containers that webhooks put into pods, and who else changes pods: known by their own marks.

A name alone is anybody's, so the webhook's annotation or the name of its image must go with it.
Sources: the documentation of Istio, Linkerd, Vault's agent injector, Consul, Kuma, Dapr, Datadog's
admission controller, the OpenTelemetry operator, GKE's Cloud Storage FUSE driver, Azure workload
identity, and the vertical pod autoscaler.
"""

from typing import Final, NamedTuple

from exporter.domain.images import parse_image
from exporter.domain.podcontent import Mark, PodContainer, PodContent
from exporter.domain.policy import matches_any


class Injector(NamedTuple):
    """Who injects *containers* of *images*, both shell patterns; *mark* is its annotation, if any.

    Of an image the last part of its repository counts, as most clusters have a mirror.
    """

    containers: tuple[str, ...]
    images: tuple[str, ...]
    mark: Mark | None = None


INJECTORS: Final = (
    Injector(("istio-proxy", "istio-init", "istio-validation"), ("proxyv2*",), Mark.ISTIO),
    Injector(
        ("linkerd-proxy", "linkerd-init", "linkerd-network-validator", "linkerd-debug"),
        ("proxy", "proxy-init", "debug"),
        Mark.LINKERD,
    ),
    Injector(("vault-agent", "vault-agent-init"), ("vault*", "openbao*"), Mark.VAULT),
    Injector(
        ("consul-dataplane", "consul-dataplane-*", "consul-connect-inject-init*"),
        ("consul-dataplane*", "consul-k8s-control-plane*"),
        Mark.CONSUL,
    ),
    Injector(("kuma-sidecar", "kuma-init", "kuma-validation"), ("kuma-*",), Mark.KUMA),
    Injector(("daprd",), ("daprd",)),
    Injector(("datadog-lib-*-init",), ("dd-lib-*-init",)),
    Injector(("datadog-init-apm-inject",), ("apm-inject",)),
    Injector(("datadog-agent-injected",), ("agent",)),
    Injector(("otc-container",), ("opentelemetry-collector*",)),
    Injector(("opentelemetry-auto-instrumentation*",), ("autoinstrumentation-*",)),
    Injector(("gke-gcsfuse-sidecar",), ("gcs-fuse-csi-driver-sidecar-mounter",)),
    Injector(("azwi-proxy", "azwi-proxy-init"), ("proxy", "proxy-init")),
)

RESIZERS: Final = frozenset({Mark.VPA, Mark.VPA_IN_PLACE, Mark.AUTOPILOT})
"""The marks of those who give pods other resources than their template asks for."""


def is_injected(container: PodContainer, content: PodContent) -> bool:
    """Tell whether a known webhook put *container* into a pod of this *content*."""
    image = parse_image(container.image)
    name = image.repository.rpartition("/")[2] if image else ""
    return any(
        matches_any(container.name, injector.containers)
        and matches_any(name, injector.images)
        and (injector.mark is None or injector.mark in content.marks)
        for injector in INJECTORS
    )


def is_resized(content: PodContent) -> bool:
    """Tell whether an autoscaler decides over the resources of such pods."""
    return not RESIZERS.isdisjoint(content.marks)
