"""Where a declared value was read."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Source(StrEnum):
    """What facts are read from. The values are label values: a public contract."""

    TERRAFORM = "terraform"
    ANSIBLE = "ansible"
    ARGOCD = "argocd"
    KUSTOMIZE = "kustomize"
    INVENTORY = "inventory"
    REPOSITORY = "repository"
    KUBERNETES = "kubernetes"
    PROMETHEUS = "prometheus"
    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"


DECLARED = frozenset(
    {
        Source.TERRAFORM,
        Source.ANSIBLE,
        Source.ARGOCD,
        Source.KUSTOMIZE,
        Source.INVENTORY,
        Source.REPOSITORY,
    }
)
"""The sources that say what code declares; the others say what runs."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a declaration.

    *path* is relative to the repository with ``/`` between its parts; *line* counts from 1,
    and is 0 where the format has no lines; *revision* is a commit or empty.
    """

    source: Source
    path: str
    line: int = 0
    revision: str = ""

    @property
    def where(self) -> str:
        """Return ``path:line``, as editors take it."""
        return f"{self.path}:{self.line}" if self.line else self.path

    def __str__(self) -> str:
        return f"{self.where} @ {self.revision[:12]}" if self.revision else self.where


@dataclass(frozen=True, slots=True)
class Stated(Generic[T_co]):
    """A value together with the place that states it."""

    value: T_co
    place: Place
