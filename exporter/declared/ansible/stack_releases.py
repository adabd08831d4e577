"""The monitoring stack as tasks install it: releases of known charts with their values."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.helm import Release
from exporter.declared.stack import in_values
from exporter.domain.monitoring.stack import StackGap, StackStatement, StackValue
from exporter.domain.provenance import Located, Place


@dataclass(slots=True)
class StackReleases:
    """Collects what releases declare of the stack, and what of it is not known."""

    documents: Documents
    statements: list[StackStatement] = field(default_factory=list)
    gaps: list[StackGap] = field(default_factory=list)

    def add(self, release: Release, place: Place) -> None:
        """Add a *release* that the task at *place* makes."""
        self.statements += self._statements(release, place)
        if release.unread:
            message = f"the values in {release.unread[0][:100]!r} are not read"
            names = frozenset(_names_left_open(release, place))
            self.gaps.append(StackGap(place=place, message=message, names=names))

    def _statements(self, release: Release, place: Place) -> Iterator[StackStatement]:
        def find(keys: tuple[str, ...]) -> Located[str] | None:
            name = ".".join(keys)
            text = release.values.get(name)
            if not text:
                return None
            located = release.places.get(name)
            return Located(text, self.documents.place(*located) if located else place)

        return in_values(release.chart, find, owner=f"release {release.name}")


def _names_left_open(release: Release, place: Place) -> Iterator[StackValue]:
    """Yield what files of values may set, as *release* itself does not set it."""

    def find(keys: tuple[str, ...]) -> Located[str] | None:
        return None if ".".join(keys) in release.values else Located("", place)

    return (statement.name for statement in in_values(release.chart, find, owner=""))
