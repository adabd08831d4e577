"""What the configuration of one machine says of the node that it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.domain.declaration import Attribute
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Located, Place
from exporter.domain.taints import Taint


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a document at *place* says; without a *name* it is for machines that others name.

    *unknown* is why something that it says is not known, by attribute; ``name`` is one of them.
    One that is *common* configures no machine by itself, only what several have in common.
    """

    place: Place
    name: Located[str] | None = None
    groups: tuple[str, ...] = ()
    attributes: Mapping[Attribute, Located[str]] = field(default_factory=dict)
    labels: Mapping[str, Located[str]] = field(default_factory=dict)
    taints: tuple[Located[Taint], ...] = ()
    unknown: Mapping[str, Gap] = field(default_factory=dict)
    common: bool = False

    @property
    def speaks(self) -> bool:
        """Whether there is a node of which it says anything, if only that there is one."""
        said = (self.attributes, self.labels, self.taints, self.unknown)
        return not self.common or any(said)
