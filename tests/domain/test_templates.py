from typing import Any

import pytest

from exporter.domain.errors import ParseError
from exporter.domain.selectors import NodeSelection, NodeTerm, Operator, Requirement
from exporter.domain.taints import TaintEffect, Toleration, TolerationOperator
from exporter.domain.templates import node_selection, tolerations


def affinity(*terms: dict[str, Any]) -> dict[str, Any]:
    required = {"nodeSelectorTerms": list(terms)}
    return {
        "affinity": {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required},
        }
    }


@pytest.mark.parametrize("spec", [{}, {"nodeSelector": None, "affinity": None}])
def test_a_template_without_wishes_selects_any_node(spec: dict[str, Any]) -> None:
    selection = node_selection(spec)

    assert selection == NodeSelection(labels={})
    assert not selection.selective


def test_a_node_selector_is_its_labels() -> None:
    assert node_selection({"nodeSelector": {"domain": "auth"}}) == NodeSelection(
        labels={"domain": "auth"}
    )


def test_preferred_affinity_asks_nothing() -> None:
    preferred = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1}]}

    selection = node_selection({"affinity": {"nodeAffinity": preferred}})

    assert selection.terms is None


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        pytest.param(Operator.IN, ["a", "b"], id="in"),
        pytest.param(Operator.NOT_IN, ["a"], id="not-in"),
        pytest.param(Operator.EXISTS, [], id="exists"),
        pytest.param(Operator.DOES_NOT_EXIST, [], id="does-not-exist"),
        pytest.param(Operator.GREATER_THAN, ["3"], id="gt"),
        pytest.param(Operator.LESS_THAN, ["3"], id="lt"),
    ],
)
def test_every_operator_of_node_affinity_is_known(operator: Operator, values: list[str]) -> None:
    expression = {"key": "domain", "operator": str(operator), "values": values}

    selection = node_selection(affinity({"matchExpressions": [expression]}))

    requirement = Requirement(key="domain", operator=operator, values=tuple(values))
    assert selection.terms == (NodeTerm(labels=(requirement,)),)


def test_terms_are_alternatives_and_fields_stand_beside_labels() -> None:
    field = {"key": "metadata.name", "operator": "In", "values": ["node-1"]}

    selection = node_selection(affinity({"matchFields": [field]}, {}))

    name = Requirement(key="metadata.name", operator=Operator.IN, values=("node-1",))
    assert selection.terms == (NodeTerm(fields=(name,)), NodeTerm())


@pytest.mark.parametrize("value", ["-7", "a b", "ä", "x" * 64])
def test_a_term_with_what_is_no_value_of_a_label_selects_no_node(value: str) -> None:
    requirement = {"key": "pool", "operator": "NotIn", "values": ["a", value]}

    selection = node_selection(affinity({"matchExpressions": [requirement]}))

    assert not selection.matches(name="n1", labels={"pool": "b"})


def test_required_affinity_without_terms_selects_no_node() -> None:
    selection = node_selection(affinity())

    assert selection.terms == ()
    assert not selection.matches(name="node-1", labels={})


@pytest.mark.parametrize(
    ("content", "toleration"),
    [
        pytest.param(
            {"key": "domain", "value": "auth", "effect": "NoSchedule"},
            Toleration("domain", TolerationOperator.EQUAL, "auth", TaintEffect.NO_SCHEDULE),
            id="equal-is-the-default",
        ),
        pytest.param(
            {"operator": "Exists"},
            Toleration(operator=TolerationOperator.EXISTS),
            id="tolerate-all",
        ),
        pytest.param(
            {"key": "k", "operator": "Exists", "effect": "", "value": ""},
            Toleration("k", TolerationOperator.EXISTS),
            id="empty-effect-is-every-effect",
        ),
        pytest.param(
            {"key": "k", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300},
            Toleration("k", TolerationOperator.EXISTS, "", TaintEffect.NO_EXECUTE, 300),
            id="for-a-while",
        ),
        pytest.param(
            {"key": "k", "operator": "Gt", "value": "5"},
            Toleration("k", TolerationOperator.GREATER_THAN, "5"),
            id="compares",
        ),
    ],
)
def test_a_toleration_is_read_as_the_api_server_reads_it(
    content: dict[str, Any], toleration: Toleration
) -> None:
    assert tolerations({"tolerations": [content]}) == (toleration,)


def test_tolerations_may_be_absent() -> None:
    assert tolerations({}) == ()
    assert tolerations({"tolerations": None}) == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param({"key": "gpu", "value": True}, "true, no text; quote it", id="unquoted"),
        pytest.param({"value": "x"}, "needs the operator Exists", id="no-key"),
        pytest.param(
            {"key": "k", "operator": "Exists", "value": "x"}, "value beside Exists", id="both"
        ),
        pytest.param({"key": "k", "operator": "equal"}, "'equal' is none of", id="operator"),
        pytest.param({"key": "k", "effect": "Never"}, "'Never' is none of", id="effect"),
        pytest.param({"key": "k", "tolerationSeconds": "5"}, "no whole number", id="seconds"),
        pytest.param({"key": ["k"]}, "a collection, no text", id="collection"),
        pytest.param("key", "tolerations is no mapping", id="text"),
    ],
)
def test_a_malformed_toleration_is_an_error_that_says_why(content: object, message: str) -> None:
    spec: dict[str, Any] = {"tolerations": [content]}

    with pytest.raises(ParseError, match=message):
        tolerations(spec)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        pytest.param({"nodeSelector": {"gpu": True}}, "nodeSelector.gpu is true", id="unquoted"),
        pytest.param({"nodeSelector": ["a"]}, "nodeSelector is no mapping", id="list"),
        pytest.param({"affinity": "x"}, "affinity is no mapping", id="affinity"),
        pytest.param(
            affinity({"matchExpressions": {"key": "a"}}), "matchExpressions is no list", id="terms"
        ),
        pytest.param(
            affinity({"matchExpressions": [{"operator": "Exists"}]}), "has no key", id="no-key"
        ),
        pytest.param(
            affinity({"matchExpressions": [{"key": "a", "operator": "In"}]}),
            "a In cannot have 0 values",
            id="in-nothing",
        ),
        pytest.param(
            affinity({"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["x"]}]}),
            "a Exists cannot have 1 values",
            id="exists-with-value",
        ),
        pytest.param(
            affinity({"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1", "2"]}]}),
            "a Gt cannot have 2 values",
            id="gt-two",
        ),
        pytest.param(
            affinity({"matchExpressions": [{"key": "a"}]}), "'' is none of", id="no-operator"
        ),
    ],
)
def test_a_malformed_selection_is_an_error_that_says_why(
    spec: dict[str, Any], message: str
) -> None:
    with pytest.raises(ParseError, match=message):
        node_selection(spec)
