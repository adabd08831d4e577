"""Where a declared value was read."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Self, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Source(StrEnum):
    """What facts are read from. The values are label values: a public contract.

    *display* is what people call it; *side* tells whether it says what is declared by code, or what
    is observed.
    """

    display: str
    side: str

    def __new__(cls, value: str, display: str = "", side: str = "observed") -> Self:
        """Make a member that knows how it is displayed, and its side."""
        member = str.__new__(cls, value)
        member._value_, member.display, member.side = value, display, side
        return member

    TERRAFORM = "terraform", "Terraform", "declared"
    ANSIBLE = "ansible", "Ansible", "declared"
    MACHINES = "machines", "Machine configuration", "declared"
    ARGOCD = "argocd", "Argo CD", "declared"
    KUSTOMIZE = "kustomize", "Kustomize", "declared"
    INVENTORY = "inventory", "Handwritten inventory", "declared"
    REPOSITORY = "repository", "Git repository", "declared"
    REGISTRIES = "registries", "Chart registries", "declared"
    KUBERNETES = "kubernetes", "Kubernetes API"
    PROMETHEUS = "prometheus", "Prometheus"
    ALERTMANAGER = "alertmanager", "Alertmanager"
    GRAFANA = "grafana", "Grafana"
    AWS = "aws", "AWS"
    ARGOCD_API = "argocd_api", "Argo CD API"


DECLARED = frozenset(one for one in Source if one.side == "declared")
"""The sources that say what code declares."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a declaration.

    *path* is relative to the repository with ``/`` between its parts; *line* counts from 1,
    and is 0 where the format has no lines; *revision* is the last commit at which it was seen
    there, or empty. It is the same place at each of them. *values_path* is what a value is called
    that a chart is given, as ``.Values.image.tag``.
    """

    source: Source
    path: str
    line: int = 0
    revision: str = field(default="", compare=False, repr=False)
    values_path: str = ""

    @property
    def where(self) -> str:
        """Return ``path:line``, as editors take it."""
        return f"{self.path}:{self.line}" if self.line else self.path

    @property
    def shown(self) -> str:
        """Return where it is, and which value of a chart stands there, if it is one."""
        return f"{self.where} ({self.values_path})" if self.values_path else self.where

    def confirm(self, revision: str) -> None:
        """Note that what stands there does so at a later *revision*, too.

        That changes no value: a place has tens of thousands of holders, none of which goes by it.
        """
        object.__setattr__(self, "revision", revision)

    def __str__(self) -> str:
        return f"{self.shown} @ {self.revision[:12]}" if self.revision else self.shown


@dataclass(frozen=True, slots=True)
class Located(Generic[T_co]):
    """A value together with the place that states it."""

    value: T_co
    place: Place
