"""What is observed of Argo CD and its cluster, as it enters a rendering."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from exporter.declared.argocd.rules import Rules, differing, parse
from exporter.declared.argocd.told_places import rules_place
from exporter.declared.rendered import Manifest
from exporter.domain.declaration import Unresolved
from exporter.domain.errors import ReadError
from exporter.domain.json import JsonObject
from exporter.domain.platform import Platform
from exporter.domain.provenance import Place, Source
from exporter.settings.charts import ChartsSettings

_CLUSTER = Place(Source.KUBERNETES, "cluster")
MAX_KEYS = 5
"""How many keys are named that two ConfigMaps differ by."""


@dataclass(frozen=True, slots=True)
class ObservedRules:
    """The rules that ``argocd-cm`` of the cluster has, and what is to be said of that."""

    rules: Rules = field(default_factory=Rules)
    notes: tuple[Unresolved, ...] = ()


def observed_rules(platform: Platform) -> ObservedRules:
    """Return the rules of the cluster's Argo CD; malformed ones are a note, and none."""
    if platform.rules is None:
        return ObservedRules()
    place = rules_place(platform.rules.where)
    content: JsonObject = {"kind": "ConfigMap", "data": dict(platform.rules.data)}
    try:
        return ObservedRules(parse(Manifest(content=content, place=place)))
    except ReadError as error:
        return ObservedRules(notes=(Unresolved(place, f"is malformed: {error.message}"),))


def notes(
    platform: Platform,
    charts: ChartsSettings,
    *,
    kustomize: str,
    declared: Rules | None,
    observed: ObservedRules,
) -> Iterator[Unresolved]:
    """Yield what a rendering takes from the cluster, and whose rules count.

    *kustomize* is the version that builds, empty where any would do.
    """
    yield from observed.notes
    yield from _of_versions(platform, charts)
    if kustomize:
        yield Unresolved(_CLUSTER, _of_kustomize(platform, kustomize))
    if declared is None and platform.rules is not None and not observed.notes:
        message = "has Argo CD's rules here, as the repository declares none"
        yield Unresolved(rules_place(platform.rules.where), message)
    elif declared is not None and platform.rules is not None:
        keys = differing(declared, observed.rules)
        if keys:
            named = ", ".join(keys[:MAX_KEYS])
            message = f"differs in {named} from {declared.where}, which counts as it is declared"
            yield Unresolved(rules_place(platform.rules.where), message)
    elif declared is None and platform.refused:
        message = f"argocd-cm is not known, so Argo CD's usual rules count: {platform.refused}"
        yield Unresolved(_CLUSTER, message)


def _of_versions(platform: Platform, charts: ChartsSettings) -> Iterator[Unresolved]:
    """Yield the versions that charts are rendered with where the settings do not say them."""
    parts = []
    if platform.kube_version_for_helm and not charts.kube_version:
        parts.append(f"Kubernetes {platform.kube_version_for_helm}")
    if platform.api_versions is not None and not isinstance(charts.api_versions, tuple):
        parts.append(f"its {len(platform.api_versions):,} APIs")
    if parts:
        yield Unresolved(_CLUSTER, f"charts are rendered for {' and '.join(parts)}, as observed")
    if platform.helm and not charts.helm:
        shipping = f"as Argo CD {platform.argocd_version} has it"
        yield Unresolved(_CLUSTER, f"charts are rendered by helm {platform.helm}, {shipping}")


def _of_kustomize(platform: Platform, version: str) -> str:
    argocd, wanted = f"Argo CD {platform.argocd_version}", platform.kustomize
    built = f"kustomizations are built by kustomize {version}"
    if version == wanted:
        return f"{built}, as {argocd} has it"
    return f"{built}, and {argocd} has {wanted}, which may build some otherwise"
