"""Who wrote a field of an object, as it calls itself: shown to readers, and relied on by no check.

Source: Kubernetes API reference (meta/v1, ``ManagedFieldsEntry``). A client chooses the name, and
whoever may write an object may empty the list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from exporter.domain.objectkeys import ObjectKey


class Writer(Struct, frozen=True, gc=False):
    """A client by the name that it gave itself, how it wrote (``Update``, ``Apply``), and when.

    *subresource* is the one by which it wrote (``scale``, ``status``), empty for the object itself.
    """

    manager: str
    operation: str = ""
    at: datetime | None = None
    subresource: str = ""

    def __str__(self) -> str:
        at = f"{self.at:%Y-%m-%d %H:%M}" if self.at else ""
        how = self.operation and self.operation + (
            f" of {self.subresource}" * bool(self.subresource)
        )
        return ", ".join(filter(None, (self.manager, how, at)))


WriterOf: TypeAlias = Callable[[str], Writer | None]
"""Returns who wrote the field at a pointer last, None where nobody says that he did."""


@dataclass(frozen=True, slots=True)
class ObservedWriters:
    """Who wrote the fields of objects, as far as anybody asked for that.

    Of an object that is not here nothing is known yet. Pods are keyed as any other object.
    """

    by_object: Mapping[ObjectKey, WriterOf] = field(default_factory=dict)
