import pytest

from exporter.checks import node_labels
from exporter.domain.declaration import DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Located, Place, Source

NODE = Place(Source.TERRAFORM, "main.tf", 1)


def place(key: str) -> Place:
    return Place(Source.ANSIBLE, f"{key}.yml", 1)


def judge(declared: dict[str, str], *observed: dict[str, str], unknown: str = "") -> Finding:
    labels = {key: Located(value, place(key)) for key, value in declared.items()}
    node = DeclaredNode(
        name="a",
        group="",
        places=(NODE,),
        attributes={},
        labels=labels,
        taints=(),
        unknown={unknown: Gap(Source.ANSIBLE, "only a run tells")} if unknown else {},
    )
    found = [ObservedNode(name="a", labels=one) for one in observed]
    cluster = ObservedNodes({one.name: one for one in found})
    known = {DeclaredNodes: DeclaredNodes({"a": node}), ObservedNodes: cluster}
    (finding,) = node_labels.judge(Facts(known=known))
    return finding


@pytest.mark.parametrize(
    ("declared", "observed"),
    [
        pytest.param({"domain": "auth"}, {"domain": "auth"}, id="same"),
        pytest.param({"domain": "auth"}, {"domain": "auth", "x": "y"}, id="undeclared-beside"),
        pytest.param({"role": ""}, {"role": ""}, id="empty-value"),
        pytest.param({}, {"x": "y"}, id="none-declared"),
    ],
)
def test_a_node_with_its_declared_labels_passes(
    declared: dict[str, str], observed: dict[str, str]
) -> None:
    finding = judge(declared, observed)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("declared", "observed", "detail"),
    [
        pytest.param({"phase": "1"}, {}, "missing phase=1", id="missing"),
        pytest.param({"phase": "1"}, {"phase": "2"}, "phase=2 instead of phase=1", id="other"),
        pytest.param({"role": ""}, {}, "missing role=", id="an-empty-label-is-not-an-absent-one"),
        pytest.param({"a": "True"}, {"a": "true"}, "a=true instead of a=True", id="case"),
        pytest.param(
            {"phase": "1", "domain": "auth"},
            {"domain": "my"},
            "domain=my instead of domain=auth, missing phase=1",
            id="both-sorted",
        ),
    ],
)
def test_a_missing_or_different_label_fails(
    declared: dict[str, str], observed: dict[str, str], detail: str
) -> None:
    finding = judge(declared, observed)

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)


def test_only_what_differs_is_shown_with_its_places() -> None:
    finding = judge({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2"})

    assert finding.declared == {"b": "1", "c": "1"}
    assert finding.observed == {"b": "2", "c": None}
    assert finding.provenance == (place("b"), place("c"))


@pytest.mark.parametrize(
    ("unknown", "verdict"),
    [
        pytest.param("labels.phase", Verdict.PASS, id="that label"),
        pytest.param("labels.domain", Verdict.FAIL, id="another label"),
        pytest.param("labels", Verdict.FAIL, id="labels that are not named"),
        pytest.param("version", Verdict.FAIL, id="another attribute"),
    ],
)
def test_a_label_whose_value_may_be_declared_otherwise_does_not_fail(
    unknown: str, verdict: Verdict
) -> None:
    finding = judge({"phase": "1"}, {"phase": "2"}, unknown=unknown)

    assert finding.verdict is verdict  # a pass is unknown then, which the evaluation sees to


def test_a_missing_node_is_unknown_and_names_its_cause() -> None:
    finding = judge({"domain": "auth"})

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("node_present", finding.subject),
    )
