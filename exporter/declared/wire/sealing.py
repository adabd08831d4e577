"""What one worker leaves for the next; nobody between them reads it.

It comes from a process that has read foreign text, and is read by one that will: as confined, and
about to read the same. Only plain values of our own come out of it all the same.
"""

import dataclasses
import io
import pickle
from enum import Enum
from typing import Any, Final

from exporter.declared.remembered import Units

_MODULES: Final = ("exporter.domain.", "exporter.declared.", "exporter.foreign.yaml")
_PLAIN: Final = frozenset({("builtins", "frozenset"), ("builtins", "set")})


def seal(units: Units) -> bytes:
    """Return what units gave as bytes."""
    return pickle.dumps(dict(units), protocol=5)


def unseal(sealed: bytes) -> Units:
    """Return what units gave; nothing where these bytes are not what :func:`seal` made."""
    if not sealed:
        return {}
    try:
        found = _Unpickler(io.BytesIO(sealed)).load()
    except Exception:  # noqa: BLE001 - there is no telling what broken bytes raise
        return {}
    return found if isinstance(found, dict) else {}


class _Unpickler(pickle.Unpickler):
    """Makes values, and runs nothing."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        found = super().find_class(module_name, global_name)
        if (module_name, global_name) in _PLAIN:
            return found
        plain = isinstance(found, type) and (
            dataclasses.is_dataclass(found) or issubclass(found, Enum | tuple | dict | list)
        )
        if not plain or not module_name.startswith(_MODULES):
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is no plain value")
        return found
