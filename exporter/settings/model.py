"""The settings: every field with its unit, its default and the reason for it.

The descriptions are those of the JSON Schema that ``cluster-conformance config schema`` prints.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from exporter.settings.components import ComponentSettings, Preset
from exporter.settings.declared import DeclaredSettings, RepositorySettings
from exporter.settings.forms import CheckoutPath, Count, Duration, Lies, Strict, TimeZone
from exporter.settings.monitoring import Period
from exporter.settings.nodes import NodesSettings
from exporter.settings.observed import ClusterSettings, ObservedSettings
from exporter.settings.policy import (
    ChecksSettings,
    MaintenanceSettings,
    OwnerSettings,
    RestartSettings,
    WaiverSettings,
)


class MetricsSettings(Strict, frozen=True, kw_only=True):
    """How much of the findings becomes series."""

    detail: Literal["full", "findings", "summary"] = "full"
    findings_limit: Annotated[
        Count, Meta(description="Most series of single findings; the rest is counted.")
    ] = 1000


class MirrorSettings(Strict, frozen=True, kw_only=True, rename={"of": "from"}):
    """Where copies of images are pulled from instead."""

    of: Annotated[
        str,
        Meta(min_length=1, description="A registry, or a path below one, as docker.io."),
    ]
    to: Annotated[
        str,
        Meta(min_length=1, description="What stands in its place, as registry.example.org/hub."),
    ]


class ImagesSettings(Strict, frozen=True, kw_only=True):
    """How references of images are compared."""

    mirrors: Annotated[
        tuple[MirrorSettings, ...],
        Meta(
            description="An image that is declared of one registry and runs from its mirror, with "
            "the same tag or digest, conforms."
        ),
    ] = ()


class Settings(Strict, frozen=True, kw_only=True):
    """All settings."""

    cluster: str | ClusterSettings = ""
    documentation: Annotated[
        str, Meta(description="Where this project's docs/ are published; reports link there.")
    ] = ""
    time_zone: Annotated[
        TimeZone, Meta(description="The time zone in which reports for people tell instants.")
    ] = "UTC"
    repository: CheckoutPath | RepositorySettings
    declared: DeclaredSettings
    observed: ObservedSettings
    nodes: NodesSettings = NodesSettings()
    components: Annotated[
        tuple[Preset | ComponentSettings, ...],
        Meta(
            description="Components of the cluster that shall be there and ready, beside those "
            "that Ansible installs: names of usual ones, or workloads of one's own."
        ),
    ] = ()
    checks: ChecksSettings = ChecksSettings()
    restarts: RestartSettings = RestartSettings()
    waivers: tuple[WaiverSettings, ...] = ()
    maintenance: tuple[MaintenanceSettings, ...] = ()
    owners: Annotated[
        tuple[OwnerSettings, ...],
        Meta(
            description="Who owns which findings; the first that matches. Else CODEOWNERS of the "
            "repository, the AppProject (other than default), or a label says it."
        ),
    ] = ()
    owner_labels: Annotated[
        tuple[str, ...],
        Meta(
            description="Labels of what a finding is about, or of its Application, that name one."
        ),
    ] = ("owner", "team")
    memory: Annotated[
        str,
        Meta(
            description="A file in which serve keeps since when findings are as they are, what it "
            "waits for, and the last transitions, so that they outlive a restart; relative to this "
            "file. Its directory has to be writable. Empty: nothing is kept.",
            extra={"lies": Lies.MADE},
        ),
    ] = ""
    images: ImagesSettings = ImagesSettings()
    metrics: MetricsSettings = MetricsSettings()
    interval: Annotated[
        Period, Meta(description="How often the repository and a snapshot are looked at again.")
    ] = "30s"
    watchdog: Annotated[
        Duration,
        Meta(
            description="After how long without an evaluation that ended /-/healthy fails, so that "
            "Kubernetes starts the exporter anew. More than reading and judging ever take."
        ),
    ] = "15m"
    rollout_deadline: Annotated[
        Duration,
        Meta(description="For how long a rollout or a running sync excuses what it causes."),
    ] = "30m"
    drain_deadline: Annotated[
        Duration,
        Meta(description="For how long a node may be cordoned, or marked for removal."),
    ] = "1h"
    refresh_deadline: (
        Annotated[
            Duration,
            Meta(
                description="How long ago Argo CD may have compared an Application for its word to "
                "count. 0s where it compares only what changes. Default: three times its "
                "timeout.reconciliation with jitter, as argocd-cm of the checkout or else of the "
                "cluster has it; where nobody tells it, 12m."
            ),
        ]
        | UnsetType
    ) = UNSET
