"""Parts of manifests that are equal are one object, and what is shared stays what it was."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain import json as plain
from exporter.domain.json import shared

_scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def test_equal_parts_of_two_values_are_one_object() -> None:
    one, other = (json.loads('{"a": [{"port": 8080}], "b": {"c": "x y"}}') for _ in range(2))

    first, second = shared({"own": 1, **one}), shared({"own": 2, **other})

    assert first["a"] is second["a"]
    assert first["b"] is second["b"]
    assert first != second


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"a": 1}, {"a": True}, id="a number and a truth"),
        pytest.param({"a": 1}, {"a": 1.0}, id="two kinds of numbers"),
        pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, id="another order"),
        pytest.param([], {}, id="a list and an object"),
        pytest.param([["a"], "b"], ["a", ["b"]], id="another nesting"),
    ],
)
def test_what_is_written_in_another_way_stays_so(one: Any, other: Any) -> None:
    found = shared(one), shared(other)

    assert tuple(map(json.dumps, found)) == (json.dumps(one), json.dumps(other))


@given(st.lists(_values, max_size=4))
def test_sharing_changes_no_value(values: list[Any]) -> None:
    found = [shared(one) for one in values]

    assert repr(found).replace("-0.0", "0.0") == repr(values).replace("-0.0", "0.0")


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[Any, Any] = {}
    monkeypatch.setattr(plain, "MAX_SHARED", 10)
    monkeypatch.setattr(plain, "_known", known)

    found = [shared({"a": [at, {"b": at + 1}]}) for at in range(100)]

    assert found == [{"a": [at, {"b": at + 1}]} for at in range(100)]
    assert len(known) <= 10
