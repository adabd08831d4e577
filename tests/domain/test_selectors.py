import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.selectors import NodeSelection, NodeTerm, Operator, Requirement

KEYS = st.sampled_from(["domain", "phase", "zone"])
VALUES = st.sampled_from(["", "auth", "1", "20"])
LABELS = st.dictionaries(KEYS, VALUES)
REQUIREMENTS = st.builds(
    Requirement, key=KEYS, operator=st.sampled_from(Operator), values=st.tuples(VALUES)
)
TERMS = st.builds(NodeTerm, labels=st.tuples(REQUIREMENTS) | st.just(()))
OPPOSITES = {
    Operator.IN: Operator.NOT_IN,
    Operator.EXISTS: Operator.DOES_NOT_EXIST,
}
NODE = {"domain": "auth", "cores": "8", "role": ""}


@pytest.mark.parametrize(
    ("requirement", "matches"),
    [
        pytest.param(Requirement("domain", Operator.IN, ("my", "auth")), True, id="in"),
        pytest.param(Requirement("domain", Operator.IN, ("my",)), False, id="in-others"),
        pytest.param(Requirement("phase", Operator.IN, ("",)), False, id="absent-is-not-empty"),
        pytest.param(Requirement("role", Operator.IN, ("",)), True, id="empty"),
        pytest.param(Requirement("domain", Operator.NOT_IN, ("auth",)), False, id="not-in"),
        pytest.param(Requirement("phase", Operator.NOT_IN, ("1",)), True, id="not-in-when-absent"),
        pytest.param(Requirement("role", Operator.EXISTS), True, id="exists-though-empty"),
        pytest.param(Requirement("phase", Operator.EXISTS), False, id="does-not-exist"),
        pytest.param(Requirement("phase", Operator.DOES_NOT_EXIST), True, id="is-absent"),
        pytest.param(Requirement("role", Operator.DOES_NOT_EXIST), False, id="is-not-absent"),
        pytest.param(Requirement("cores", Operator.GREATER_THAN, ("7",)), True, id="greater"),
        pytest.param(Requirement("cores", Operator.GREATER_THAN, ("8",)), False, id="not-greater"),
        pytest.param(Requirement("cores", Operator.LESS_THAN, ("10",)), True, id="less-as-number"),
        pytest.param(Requirement("cores", Operator.LESS_THAN, ("8",)), False, id="not-less"),
        pytest.param(Requirement("domain", Operator.LESS_THAN, ("9",)), False, id="their-text"),
        pytest.param(Requirement("cores", Operator.LESS_THAN, ("x",)), False, id="own-text"),
        pytest.param(Requirement("cores", Operator.LESS_THAN), False, id="nothing-to-compare"),
        pytest.param(Requirement("phase", Operator.LESS_THAN, ("9",)), False, id="less-absent"),
    ],
)
def test_requirements_compare_as_kubernetes_does(
    requirement: Requirement, *, matches: bool
) -> None:
    assert requirement.matches(NODE) is matches


@given(KEYS, st.sampled_from(sorted(OPPOSITES)), st.tuples(VALUES), LABELS)
def test_an_operator_and_its_opposite_never_agree(
    key: str, operator: Operator, values: tuple[str, ...], labels: dict[str, str]
) -> None:
    one = Requirement(key, operator, values)
    other = Requirement(key, OPPOSITES[operator], values)

    assert one.matches(labels) != other.matches(labels)


def test_a_term_without_requirements_selects_nothing() -> None:
    assert not NodeTerm().matches(name="a", labels=NODE)


def test_a_term_may_ask_for_the_name_of_the_node() -> None:
    term = NodeTerm(fields=(Requirement("metadata.name", Operator.IN, ("a",)),))

    assert term.matches(name="a", labels={})
    assert not term.matches(name="b", labels={"metadata.name": "a"})


@given(REQUIREMENTS, REQUIREMENTS, LABELS)
def test_all_requirements_of_a_term_must_hold(
    one: Requirement, other: Requirement, labels: dict[str, str]
) -> None:
    term = NodeTerm(labels=(one, other))

    assert term.matches(name="a", labels=labels) == (one.matches(labels) and other.matches(labels))


@given(TERMS, TERMS, LABELS)
def test_any_term_of_an_affinity_is_enough(
    one: NodeTerm, other: NodeTerm, labels: dict[str, str]
) -> None:
    selection = NodeSelection({}, terms=(one, other))

    assert selection.matches(name="a", labels=labels) == any(
        term.matches(name="a", labels=labels) for term in (one, other)
    )


@given(LABELS, LABELS)
def test_a_node_selector_selects_what_has_all_its_labels(
    asked: dict[str, str], labels: dict[str, str]
) -> None:
    assert NodeSelection(asked).matches(name="a", labels=labels) == (
        asked.items() <= labels.items()
    )


@given(LABELS, st.lists(TERMS), LABELS)
def test_selector_and_affinity_must_both_hold(
    asked: dict[str, str], terms: list[NodeTerm], labels: dict[str, str]
) -> None:
    both = NodeSelection(asked, terms=tuple(terms))

    assert both.matches(name="a", labels=labels) == (
        NodeSelection(asked).matches(name="a", labels=labels)
        and NodeSelection({}, terms=tuple(terms)).matches(name="a", labels=labels)
    )


def test_an_affinity_without_terms_selects_nothing_while_none_at_all_selects_everything() -> None:
    assert not NodeSelection({}, terms=()).matches(name="a", labels=NODE)
    assert NodeSelection({}).matches(name="a", labels=NODE)


@pytest.mark.parametrize(
    ("selection", "selective", "text"),
    [
        pytest.param(NodeSelection({}), False, "any node", id="nothing-asked"),
        pytest.param(NodeSelection({"b": "2", "a": "1"}), True, "a=1, b=2", id="labels"),
        pytest.param(NodeSelection({}, terms=()), True, "node affinity", id="affinity"),
        pytest.param(NodeSelection({"a": "1"}, terms=()), True, "a=1, node affinity", id="both"),
    ],
)
def test_a_selection_says_what_it_asks(
    selection: NodeSelection, *, selective: bool, text: str
) -> None:
    assert selection.selective is selective
    assert str(selection) == text
