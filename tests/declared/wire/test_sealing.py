"""What a worker leaves for the next comes back as it was, and runs nothing."""

import os
import pickle
import sys
from typing import Any

import pytest

from exporter.declared.remembered import Units
from exporter.declared.rendered import Manifest, Rendered
from exporter.declared.wire import sealing
from exporter.declared.wire.sealing import Sealed
from exporter.domain.provenance import Place, Source

MANIFEST = Manifest(content={"kind": "A"}, place=Place(Source.KUSTOMIZE, "a.yaml", 1))
UNITS: Units = {
    ("pattern", "a*"): (("a", "b"), None),
    ("a", False): (Rendered(manifests=(MANIFEST,)), 12.5),
    (("a", False), "a.yaml"): (frozenset({"x"}), None),
}


class Attack:
    """Runs something when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.system, ("true",))


class Construction:
    """Makes something of the standard library."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (bytearray, (10,))


def test_units_come_back_as_they_were() -> None:
    kept = Sealed(UNITS, {"a": b"digest"})

    assert sealing.unseal(sealing.seal(kept)) == kept


@pytest.mark.parametrize(
    "sealed",
    [
        pytest.param(pickle.dumps(({1: (Attack(), None)}, {})), id="runs something"),
        pytest.param(pickle.dumps(({1: (Construction(), None)}, {})), id="no value of ours"),
        pytest.param(b"garbage", id="garbage"),
        pytest.param(pickle.dumps(([1], {})), id="no units"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_anything_else_is_as_if_nothing_had_been_kept(sealed: bytes) -> None:
    assert sealing.unseal(sealed) == Sealed()


def test_no_other_module_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)

    sealing.unseal(b"cthis\ns\n.")

    assert "this" not in sys.modules
