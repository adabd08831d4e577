import msgspec
import pytest

from exporter.domain.errors import ParseError
from exporter.domain.taints import TaintEffect, Toleration, TolerationOperator
from exporter.observed.pods.tolerations import parse_tolerations

ORDERED = (
    b'[{"key": "a", "operator": "Exists"}, {"key": "b", "value": "1", "effect": "NoSchedule"}]'
)
REVERSED = b'[{"effect":"NoSchedule","key":"b","value":"1"},{"key":"a","operator":"Exists"}]'


def test_order_and_layout_make_no_difference() -> None:
    assert parse_tolerations(ORDERED) == parse_tolerations(REVERSED)


def test_an_absent_operator_is_equal_and_an_absent_effect_is_every_effect() -> None:
    found = parse_tolerations(b'[{"key": "a", "value": "1", "effect": ""}]').values

    assert found == (Toleration("a", TolerationOperator.EQUAL, "1", effect=None),)


def test_seconds_are_part_of_a_toleration() -> None:
    raw = b'[{"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}]'

    (found,) = parse_tolerations(raw).values

    assert (found.effect, found.seconds) == (TaintEffect.NO_EXECUTE, 300)


@pytest.mark.parametrize("raw", [b"null", b"[]"])
def test_no_tolerations_are_none(raw: bytes) -> None:
    assert parse_tolerations(raw).values == ()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b'[{"key": "a", "operator": "Like"}]', id="operator"),
        pytest.param(b'[{"key": "a", "effect": "Never"}]', id="effect"),
    ],
)
def test_what_kubernetes_does_not_know_is_an_error(raw: bytes) -> None:
    with pytest.raises(ParseError, match="a toleration holds what Kubernetes does not know"):
        parse_tolerations(raw)


def test_another_shape_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError):
        parse_tolerations(b'{"key": "a"}')
