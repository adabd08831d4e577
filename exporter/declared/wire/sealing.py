"""What one worker leaves for the next; nobody between them reads it.

It comes from a process that has read foreign text, and is read by one that will: as confined, and
about to read the same. Only plain values of our own come out of it all the same.
"""

import dataclasses
import io
import pickle
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from exporter.declared.remembered import Units

_MODULES: Final = ("exporter.domain.", "exporter.declared.", "exporter.foreign.yaml")
_PLAIN: Final = frozenset({("builtins", "frozenset"), ("builtins", "set")})


@dataclasses.dataclass(frozen=True, slots=True)
class Sealed:
    """What *units* gave, and what the checkout answered to all that the reader asked."""

    units: Units = dataclasses.field(default_factory=dict)
    answers: Mapping[str, bytes] = dataclasses.field(default_factory=dict)


def seal(kept: Sealed) -> bytes:
    """Return what is kept as bytes."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=5).dump((dict(kept.units), dict(kept.answers)))
    return buffer.getvalue()


def unseal(sealed: bytes) -> Sealed:
    """Return what is kept; nothing where these bytes are not what :func:`seal` made."""
    try:
        units, answers = _Unpickler(io.BytesIO(sealed)).load()
    except Exception:  # noqa: BLE001 - there is no telling what broken bytes raise
        return Sealed()
    kept = Sealed(units, answers)
    return kept if isinstance(units, dict) and isinstance(answers, dict) else Sealed()


class _Pickler(pickle.Pickler):
    """Writes members of an enumeration by their value: up to 3.11.3 Python does by ``getattr``."""

    def reducer_override(self, value: Any, /) -> Any:
        return (type(value), (value.value,)) if isinstance(value, Enum) else NotImplemented


class _Unpickler(pickle.Unpickler):
    """Makes values, and runs nothing."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        known = (module_name, global_name) in _PLAIN
        if not known and not module_name.startswith(_MODULES):  # to import is to run it
            raise pickle.UnpicklingError(f"{module_name} is no module of ours")
        found = super().find_class(module_name, global_name)
        plain = isinstance(found, type) and (
            dataclasses.is_dataclass(found) or issubclass(found, Enum | tuple | dict | list)
        )
        if not known and not plain:
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is no plain value")
        return found
