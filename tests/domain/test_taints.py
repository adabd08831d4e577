import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.errors import ParseError
from exporter.domain.taints import (
    Taint,
    TaintEffect,
    Toleration,
    TolerationOperator,
    untolerated,
)

KEYS = st.sampled_from(["domain", "gpu", "node-role.kubernetes.io/infrastructure"])
VALUES = st.sampled_from(["", "auth", "1", "20"])
EFFECTS = st.sampled_from(TaintEffect)
TAINTS = st.builds(Taint, key=KEYS, effect=EFFECTS, value=VALUES)
TOLERATIONS = st.builds(
    Toleration,
    key=st.just("") | KEYS,
    operator=st.sampled_from(TolerationOperator),
    value=VALUES,
    effect=st.none() | EFFECTS,
    seconds=st.none() | st.integers(0, 600),
)
ANYTHING = Toleration(operator=TolerationOperator.EXISTS)


def taint(text: str) -> Taint:
    return Taint.parse(text)


@given(TAINTS)
def test_a_taint_reads_back_from_what_it_shows(one: Taint) -> None:
    assert Taint.parse(str(one)) == one


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "domain=auth:NoSchedule",
            Taint("domain", TaintEffect.NO_SCHEDULE, "auth"),
            id="whole",
        ),
        pytest.param("gpu:NoExecute", Taint("gpu", TaintEffect.NO_EXECUTE), id="without-value"),
        pytest.param("gpu=:NoExecute", Taint("gpu", TaintEffect.NO_EXECUTE), id="empty-value"),
        pytest.param(
            " a=b:PreferNoSchedule\n",
            Taint("a", TaintEffect.PREFER_NO_SCHEDULE, "b"),
            id="spaces-around",
        ),
    ],
)
def test_taints_are_read_as_kubectl_writes_them(text: str, expected: Taint) -> None:
    assert Taint.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("domain=auth", id="without-effect"),
        pytest.param("domain=auth:noschedule", id="effect-in-another-case"),
        pytest.param(":NoSchedule", id="without-key"),
        pytest.param("=auth:NoSchedule", id="value-without-key"),
        pytest.param("NoSchedule", id="effect-alone"),
        pytest.param("domain=auth:NoSchedule-", id="removal"),
    ],
)
def test_what_is_no_taint_is_refused_with_the_form_that_is(text: str) -> None:
    with pytest.raises(ParseError, match="write key=value:Effect"):
        Taint.parse(text)


@pytest.mark.parametrize(
    ("toleration", "tolerates"),
    [
        pytest.param(Toleration("domain", value="auth"), True, id="equal"),
        pytest.param(Toleration("domain", value="my"), False, id="other-value"),
        pytest.param(Toleration("domain"), False, id="no-value"),
        pytest.param(Toleration("phase", value="auth"), False, id="other-key"),
        pytest.param(Toleration("domain", TolerationOperator.EXISTS), True, id="key-exists"),
        pytest.param(Toleration("phase", TolerationOperator.EXISTS), False, id="other-key-exists"),
        pytest.param(ANYTHING, True, id="every-key"),
        pytest.param(Toleration(value="auth"), True, id="every-key-with-the-value"),
        pytest.param(
            Toleration("domain", value="auth", effect=TaintEffect.NO_SCHEDULE),
            True,
            id="same-effect",
        ),
        pytest.param(
            Toleration("domain", value="auth", effect=TaintEffect.NO_EXECUTE),
            False,
            id="other-effect",
        ),
        pytest.param(
            Toleration(operator=TolerationOperator.EXISTS, effect=TaintEffect.NO_EXECUTE),
            False,
            id="every-key-of-another-effect",
        ),
    ],
)
def test_tolerations_match_by_key_operator_value_and_effect(
    toleration: Toleration, *, tolerates: bool
) -> None:
    assert toleration.tolerates(taint("domain=auth:NoSchedule")) is tolerates


@pytest.mark.parametrize(
    ("operator", "mine", "theirs", "tolerates"),
    [
        pytest.param(TolerationOperator.GREATER_THAN, "5", "10", True, id="greater"),
        pytest.param(TolerationOperator.GREATER_THAN, "10", "10", False, id="not-greater"),
        pytest.param(TolerationOperator.LESS_THAN, "10", "9", True, id="less-as-a-number"),
        pytest.param(TolerationOperator.LESS_THAN, "10", "10", False, id="not-less"),
        pytest.param(TolerationOperator.LESS_THAN, "10", "few", False, id="their-text"),
        pytest.param(TolerationOperator.LESS_THAN, "many", "9", False, id="own-text"),
        pytest.param(TolerationOperator.GREATER_THAN, "5", "1_0", False, id="no-number-for-go"),
        pytest.param(TolerationOperator.GREATER_THAN, "+1", "5", False, id="own-sign"),
        pytest.param(TolerationOperator.GREATER_THAN, "-5", "-0", False, id="no-nothing-below"),
        pytest.param(TolerationOperator.LESS_THAN, "9", "01", False, id="their-leading-zero"),
        pytest.param(TolerationOperator.LESS_THAN, "0", "-1", True, id="less-than-nothing"),
    ],
)
def test_numbers_are_compared_with_the_value_of_the_taint(
    operator: TolerationOperator, mine: str, theirs: str, *, tolerates: bool
) -> None:
    toleration = Toleration("sla", operator, mine)

    assert toleration.tolerates(taint(f"sla={theirs}:NoSchedule")) is tolerates


@given(TOLERATIONS, TAINTS)
def test_how_long_a_taint_is_borne_does_not_change_whether(one: Toleration, other: Taint) -> None:
    forever = Toleration(one.key, one.operator, one.value, one.effect)

    assert one.tolerates(other) == forever.tolerates(other)


@given(TOLERATIONS, TAINTS)
def test_dropping_the_effect_never_tolerates_less(one: Toleration, other: Taint) -> None:
    wider = Toleration(one.key, one.operator, one.value)

    assert wider.tolerates(other) or not one.tolerates(other)


@given(TOLERATIONS, TAINTS)
def test_exists_never_tolerates_less(one: Toleration, other: Taint) -> None:
    wider = Toleration(one.key, TolerationOperator.EXISTS, effect=one.effect)

    assert wider.tolerates(other) or not one.tolerates(other)


@given(TAINTS)
def test_a_taint_is_tolerated_by_its_own_toleration_and_by_anything(one: Taint) -> None:
    own = Toleration(one.key, value=one.value, effect=one.effect)

    assert own.tolerates(one)
    assert ANYTHING.tolerates(one)


@given(st.lists(TAINTS), st.lists(TOLERATIONS), TOLERATIONS)
def test_a_further_toleration_keeps_a_pod_off_fewer_nodes(
    taints: list[Taint], tolerations: list[Toleration], further: Toleration
) -> None:
    before = untolerated(taints, tolerations)

    after = untolerated(taints, [*tolerations, further])

    assert set(after) <= set(before)


@given(st.lists(TAINTS), st.lists(TOLERATIONS))
def test_every_taint_that_keeps_a_pod_off_is_hard_and_untolerated(
    taints: list[Taint], tolerations: list[Toleration]
) -> None:
    found = untolerated(taints, tolerations)

    assert found == sorted(
        one
        for one in taints
        if one.effect is not TaintEffect.PREFER_NO_SCHEDULE
        and not any(other.tolerates(one) for other in tolerations)
    )


@pytest.mark.parametrize(
    ("toleration", "text"),
    [
        pytest.param(Toleration("domain", value="auth"), "domain=auth:*", id="equal"),
        pytest.param(ANYTHING, "*:*", id="anything"),
        pytest.param(
            Toleration("a", TolerationOperator.EXISTS, effect=TaintEffect.NO_EXECUTE),
            "a:NoExecute",
            id="exists",
        ),
        pytest.param(Toleration("sla", TolerationOperator.LESS_THAN, "5"), "sla Lt 5:*", id="less"),
    ],
)
def test_a_toleration_shows_itself_like_a_taint(toleration: Toleration, text: str) -> None:
    assert str(toleration) == text
