"""What a worker leaves for the next comes back as it was, and runs nothing."""

import os
import pickle
import sys
from dataclasses import replace
from typing import Any

import pytest

from exporter.declared.remembered import Packed, Units
from exporter.declared.rendered import Manifest, Rendered
from exporter.declared.units import Unit
from exporter.declared.wire import sealing
from exporter.declared.wire.sealing import Sealed
from exporter.domain.provenance import Place, Source

MANIFEST = Manifest(content={"kind": "A"}, place=Place(Source.KUSTOMIZE, "a.yaml", 1))
UNITS: Units = {
    ("pattern", "a*"): (("a", "b"), None),
    ("a", False): (Rendered(manifests=(MANIFEST,)), 12.5),
    (("a", False), "a.yaml"): (frozenset({"x"}), None),
}
REST: Any = ({}, {}, (), b"", b"")


class Attack:
    """Runs something when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.system, ("true",))


class Construction:
    """Makes something of the standard library."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (bytearray, (10,))


def test_units_come_back_as_they_were() -> None:
    unit = Unit(
        inputs=b"i", questions=("n",), keys=(("a", False),), part=b"p", paths=frozenset("a")
    )
    kept = Sealed(units=UNITS, answers={"n": b"digest"}, held={"k": unit}, whole=("n",))

    found = sealing.unseal(sealing.seal(kept))

    packed = ((key, one, lost) for key, (one, lost) in found.units.items())
    units = {
        key: (sealing.unpack(one.content), lost)
        for key, one, lost in packed
        if isinstance(one, Packed)
    }
    assert replace(found, units=units) == kept


def test_what_is_packed_already_stays_so() -> None:
    once = sealing.seal(Sealed(units=UNITS))

    assert sealing.seal(sealing.unseal(once)) == once


@pytest.mark.parametrize(
    "sealed",
    [
        pytest.param(pickle.dumps(({1: (Attack(), None)}, *REST)), id="runs something"),
        pytest.param(pickle.dumps(({1: (Construction(), None)}, *REST)), id="no value of ours"),
        pytest.param(b"garbage", id="garbage"),
        pytest.param(pickle.dumps(([1], *REST)), id="no units"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_anything_else_is_as_if_nothing_had_been_kept(sealed: bytes) -> None:
    assert sealing.unseal(sealed) == Sealed()


def test_no_other_module_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)

    sealing.unseal(b"cthis\ns\n.")

    assert "this" not in sys.modules
