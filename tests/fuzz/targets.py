"""All targets, and the modules with parsers that are none, with the reason."""

from collections.abc import Mapping
from dataclasses import replace

from . import (
    archive_targets,
    beginning_targets,
    cloud_targets,
    repository_targets,
    server_targets,
    source_targets,
    value_targets,
)
from .shapes import BY_TARGET
from .target import Target

TARGETS: tuple[Target, ...] = tuple(
    replace(one, grown=BY_TARGET.get(one.name, ()))
    for one in (
        *repository_targets.TARGETS,
        *server_targets.TARGETS,
        *value_targets.TARGETS,
        *cloud_targets.TARGETS,
        *source_targets.TARGETS,
        *beginning_targets.TARGETS,
        *archive_targets.TARGETS,
    )
)

_OF_SETTINGS = "holds names against patterns that only the settings give"
_SAME_PATTERNS = "holds names against shell patterns, as the target name-pattern does"

_OF_OURS = "reads what the exporter itself wrote, strictly and bounded"
_STRICTLY = "decodes an answer of bounded size into a Struct, and nothing else"

EXCEPTIONS: Mapping[str, str] = {
    "exporter.app.beginning.hints": _SAME_PATTERNS,
    "exporter.app.memory": _OF_OURS,
    "exporter.app.suspicions": _OF_SETTINGS,
    "exporter.checks.istio": _SAME_PATTERNS,
    "exporter.cli.parameters": "parses the words of the one who runs the command",
    "exporter.cli.running": "lets settings.load parse, which is a target",
    "exporter.declared.argocd.told": "goes by what the target rendered-by-argocd drives",
    "exporter.declared.helm.archives": "reads lists that the exporter wrote; archives are a target",
    "exporter.declared.helm.origins": "loads values through foreign.yaml, which is a target",
    "exporter.domain.components": _SAME_PATTERNS,
    "exporter.domain.owners": _OF_SETTINGS,
    "exporter.domain.sync_windows": _SAME_PATTERNS,
    "exporter.observed.kubernetes.kubeconfig": "is the operator's own file, read by the library",
    "exporter.observed.kubernetes.plugins": _STRICTLY,
    "exporter.registries.client": _STRICTLY,
    "exporter.registries.oci": _STRICTLY,
    "exporter.checks.prometheus_rules": _OF_SETTINGS,
    "exporter.declared.ansible.roles": "reads through Documents, which the target playbook drives",
    "exporter.declared.wire.work": "runs in a worker, and reads what the exporter itself wrote",
    "exporter.domain.declaration": _SAME_PATTERNS,
    "exporter.domain.identity": "asks ipaddress whether a short text is an address",
    "exporter.domain.monitoring.prometheus.rules": _OF_SETTINGS,
    "exporter.domain.monitoring.prometheus.targets": _OF_SETTINGS,
    "exporter.observed.prometheus.poller": _OF_SETTINGS,
    "exporter.declared.argocd.image_updater": "reads what other targets have parsed",
    "exporter.report.controls": "reads a data file of the exporter itself",
    "exporter.report.api": _SAME_PATTERNS,
    "exporter.runtime.web.connection": "leaves HTTP to aiohttp's parser, and bounds what that gets",
}
"""Modules that look as if they parsed, and why they are no target."""
