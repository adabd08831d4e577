"""What one worker leaves for the next; nobody between them reads it.

It comes from a process that has read foreign text, and is read by one that will: as confined, and
about to read the same. Only plain values of our own come out of it all the same.
"""

import dataclasses
import io
import pickle
from collections.abc import Hashable, Mapping
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any, Final

from exporter.declared.remembered import Packed, Units
from exporter.declared.units import Unit

_MODULES: Final = ("exporter.domain.", "exporter.declared.", "exporter.foreign.yaml")
_PLAIN: Final = frozenset({("builtins", "frozenset"), ("builtins", "set")})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What a worker leaves for the next one.

    That are the *units* that are remembered for the day on which they break, and those that *held*,
    by what was asked for them; the *answers* to all questions; and, where nothing failed, the
    questions of the *whole*. *settings* and *inputs* are digests of what else that depends on: for
    units, and for all.
    """

    units: Units = dataclasses.field(default_factory=dict)
    answers: Mapping[str, bytes] = dataclasses.field(default_factory=dict)
    held: Mapping[Hashable, Unit] = dataclasses.field(default_factory=dict)
    whole: tuple[str, ...] = ()
    settings: bytes = b""
    inputs: bytes = b""


def seal(kept: Sealed) -> bytes:
    """Return what is kept as bytes; units are packed one by one, and some are already."""
    units = {key: (_packed(value), lost) for key, (value, lost) in kept.units.items()}
    rest = dict(kept.answers), dict(kept.held), kept.whole, kept.settings, kept.inputs
    return pack((units, *rest))


def unseal(sealed: bytes) -> Sealed:
    """Return what is kept; nothing where these bytes are not what :func:`seal` made."""
    try:
        units, answers, held, whole, settings, inputs = _load(sealed)
        return Sealed(
            units={key: (Packed(value, unpack), lost) for key, (value, lost) in units.items()},
            answers=dict(answers),
            held=dict(held),
            whole=tuple(whole),
            settings=settings,
            inputs=inputs,
        )
    except Exception:  # noqa: BLE001 - there is no telling what broken bytes raise
        return Sealed()


def pack(value: object) -> bytes:
    """Return a plain value as bytes."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=5).dump(value)
    return buffer.getvalue()


def unpack(content: bytes) -> object:
    """Return the value that :func:`pack` made these bytes of; None for others."""
    try:
        return _load(content)
    except Exception:  # noqa: BLE001 - there is no telling what broken bytes raise
        return None


def _packed(value: object) -> bytes:
    return value.content if isinstance(value, Packed) else pack(value)


def _load(content: bytes) -> Any:
    return _Unpickler(io.BytesIO(content)).load()


class _Pickler(pickle.Pickler):
    """Writes members of an enumeration by their value: up to 3.11.3 Python does by ``getattr``."""

    def reducer_override(self, value: Any, /) -> Any:
        return (type(value), (value.value,)) if isinstance(value, Enum) else NotImplemented


class _Unpickler(pickle.Unpickler):
    """Makes values, and runs nothing."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        return _found(module_name, global_name)


@cache
def _found(module_name: str, global_name: str) -> Any:
    known = (module_name, global_name) in _PLAIN
    if not known and not module_name.startswith(_MODULES):  # to import is to run it
        raise pickle.UnpicklingError(f"{module_name} is no module of ours")
    found = getattr(import_module(module_name), global_name)
    plain = isinstance(found, type) and (
        dataclasses.is_dataclass(found) or issubclass(found, Enum | tuple | dict | list)
    )
    if not known and not plain:
        raise pickle.UnpicklingError(f"{module_name}.{global_name} is no plain value")
    return found
