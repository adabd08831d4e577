"""What Argo CD itself says it renders for Applications that nobody else can render."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.domain.declaration import ApplicationKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgocdRendering:
    """What Argo CD renders for one Application, all its sources together.

    *manifests* are JSON texts, rendered of *revision*; where it does not tell, *refusal* is why.
    """

    manifests: tuple[str, ...] = ()
    revision: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class ArgocdRenderings:
    """What Argo CD was asked for, by Application."""

    applications: Mapping[ApplicationKey, ArgocdRendering] = field(default_factory=dict)
