"""What there is to say of a kind of objects that is observed, in one place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from exporter.observed.folds import Fold


class Declared(StrEnum):
    """What a kind is read for: it is where something of that is declared or asked for.

    The values are names in the chart's templates, which derive RBAC from them.
    """

    NODES = "nodes"
    WORKLOADS = "workloads"
    OBJECTS = "objects"
    COMPONENTS = "components"
    APPLICATIONS = "applications"
    APPLICATION_SETS = "applicationSets"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactSpec:
    """A fact that the objects of one kind make, or of several.

    *name* is what messages call it where a dump lacks it; nobody misses one without. *build* is
    given what each fold holds, and the kinds of which nothing is known; it runs in a thread where
    it is *slow*. A *partial* fact is good for some of its kinds though others are not known.
    """

    type: type
    name: str = ""
    build: Callable[[Sequence[Any], frozenset[str]], object]
    slow: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KindSpec:
    """A kind that is observed: where it is served, what is read of it, which fact that gives.

    *short_names* are those of kubectl, *former_groups* those whose objects a dump may still hold.
    One that is *optional* comes with an add-on, so it may be missing. *record* is the ``Struct``
    that is read of an object (``Raw`` where the fold reads it), in a watch without its managed
    fields where *cuts_managed_fields* says so; of one that is *metadata_only* the server need send
    no more than the metadata. *fold* makes what takes such records in. *read_for* says when the
    kind is read at all. A server that tells of more than *most* objects is not
    believed.
    """

    kind: str
    group: str = ""
    version: str = "v1"
    plural: str
    short_names: tuple[str, ...] = ()
    former_groups: tuple[str, ...] = ()
    namespaced: bool = True
    optional: bool = False
    record: Any
    metadata_only: bool = False
    cuts_managed_fields: bool = False
    fold: Callable[[], Fold]
    fact: FactSpec
    read_for: frozenset[Declared]
    most: int = 100_000

    @property
    def resource(self) -> str:
        """The name that RBAC and messages use: ``nodes``, ``deployments.apps``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "") -> str:
        """Return the path of all objects, or of those of one namespace."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        within = f"/namespaces/{quote(namespace, safe='')}" if namespace else ""
        return f"{root}{within}/{self.plural}"

    def __str__(self) -> str:
        return self.kind
