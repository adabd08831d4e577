"""Where values stand that no checkout holds: those that a cluster tells of its Argo CD."""

from typing import Final

from exporter.domain.declaration import ApplicationKey
from exporter.domain.platform import Platform
from exporter.domain.provenance import Place, Source
from exporter.domain.renderings import ArgocdRendering

SHORT: Final = 12


def live_place(key: ApplicationKey) -> Place:
    """Return where the values of an Application of the cluster stand."""
    return Place(Source.KUBERNETES, f"Application {key}")


def told_place(key: ApplicationKey, told: ArgocdRendering) -> Place:
    """Return where the values of what Argo CD renders stand, with the revision that it has."""
    revision = "".join(letter for letter in told.revision[:SHORT] if letter.isalnum())
    at = f" at {revision}" if revision else ""
    return Place(Source.KUBERNETES, f"Application {key} as Argo CD renders it{at}")


def rules_place(where: str) -> Place:
    """Return where the rules of ``argocd-cm`` in the namespace and of the name *where* stand."""
    return Place(Source.KUBERNETES, f"ConfigMap {where}")


def platform_places(platform: Platform) -> frozenset[Place]:
    """Return the places that values of the *platform* stand at."""
    return frozenset({rules_place(platform.rules.where)} if platform.rules else ())
