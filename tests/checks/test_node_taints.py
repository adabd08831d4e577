import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.checks import node_taints
from exporter.domain.declaration import DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import Policy
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint, TaintEffect

NODE = Place(Source.TERRAFORM, "main.tf", 1)
STATED = Place(Source.ANSIBLE, "label-nodes.yml", 7)
POLICY = Policy(
    unmanaged_taints=("node.kubernetes.io/*", "node-role.kubernetes.io/control-plane"),
)
AUTH = "domain=auth:NoSchedule"
TAINTS = st.builds(
    Taint,
    key=st.sampled_from("abc"),
    effect=st.sampled_from(TaintEffect),
    value=st.sampled_from("xy"),
)


def judge(declared: list[str], *observed: list[str]) -> Finding:
    stated = tuple(Located(Taint.parse(text), STATED) for text in declared)
    clusters = [frozenset(map(Taint.parse, texts)) for texts in observed]
    return judge_taints(stated, *clusters)


def judge_taints(stated: tuple[Located[Taint], ...], *observed: frozenset[Taint]) -> Finding:
    node = DeclaredNode(name="a", group="", places=(NODE,), attributes={}, labels={}, taints=stated)
    found = [ObservedNode(name="a", labels={}, taints=taints) for taints in observed]
    known = {
        DeclaredNodes: DeclaredNodes({"a": node}),
        ObservedNodes: ObservedNodes({one.name: one for one in found}),
        Policy: POLICY,
    }
    (finding,) = node_taints.judge(Facts(known=known))
    return finding


@pytest.mark.parametrize(
    ("declared", "observed"),
    [
        pytest.param([AUTH], [AUTH], id="same"),
        pytest.param([], [], id="none"),
        pytest.param([], ["node.kubernetes.io/unschedulable:NoSchedule"], id="cordoned"),
        pytest.param([], ["node-role.kubernetes.io/control-plane:NoSchedule"], id="unmanaged"),
        pytest.param(["a:NoSchedule", "a:NoExecute"], ["a:NoExecute", "a:NoSchedule"], id="order"),
    ],
)
def test_a_node_with_its_declared_taints_passes(declared: list[str], observed: list[str]) -> None:
    finding = judge(declared, observed)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("declared", "observed", "detail"),
    [
        pytest.param([AUTH], [], f"missing {AUTH}", id="missing"),
        pytest.param([], [AUTH], f"undeclared {AUTH}", id="undeclared"),
        pytest.param([], ["a:PreferNoSchedule"], "undeclared a:PreferNoSchedule", id="soft"),
        pytest.param(
            [AUTH],
            ["domain=my:NoSchedule"],
            f"domain=my:NoSchedule instead of {AUTH}",
            id="value",
        ),
        pytest.param(
            ["a:NoSchedule"],
            ["a:NoExecute"],
            "missing a:NoSchedule, undeclared a:NoExecute",
            id="another-effect-is-another-taint",
        ),
        pytest.param(
            ["node-role.kubernetes.io/control-plane:NoSchedule"],
            [],
            "missing node-role.kubernetes.io/control-plane:NoSchedule",
            id="declared-counts-though-unmanaged",
        ),
        pytest.param(
            ["node-role.kubernetes.io/control-plane:NoSchedule"],
            ["node-role.kubernetes.io/control-plane=true:NoSchedule"],
            "node-role.kubernetes.io/control-plane=true:NoSchedule instead of "
            "node-role.kubernetes.io/control-plane:NoSchedule",
            id="declared-value-counts-though-unmanaged",
        ),
    ],
)
def test_any_difference_fails(declared: list[str], observed: list[str], detail: str) -> None:
    finding = judge(declared, observed)

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)


def test_both_sides_are_shown_without_what_is_unmanaged() -> None:
    finding = judge(["b:NoSchedule", AUTH], [AUTH, "node.kubernetes.io/not-ready:NoExecute"])

    assert finding.declared == ["b:NoSchedule", AUTH]
    assert finding.observed == [AUTH]


def test_a_missing_taint_points_at_its_own_place() -> None:
    assert judge([AUTH], []).provenance == (STATED,)


def test_an_undeclared_taint_points_at_the_node() -> None:
    assert judge([], [AUTH]).provenance == (NODE,)


def test_a_missing_node_is_unknown_and_names_its_cause() -> None:
    finding = judge([AUTH])

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("node_present", finding.subject),
    )


@given(st.frozensets(TAINTS), st.frozensets(TAINTS))
def test_a_node_passes_only_with_exactly_its_taints(
    declared: frozenset[Taint], observed: frozenset[Taint]
) -> None:
    want = {(one.key, one.effect): one for one in sorted(declared)}
    have = {(one.key, one.effect): one for one in sorted(observed)}

    finding = judge_taints(
        tuple(Located(one, STATED) for one in want.values()), frozenset(have.values())
    )

    assert (finding.verdict is Verdict.PASS) == (want == have)


@pytest.mark.parametrize(
    ("taint", "verdict"),
    [("nvidia.com/gpu=present:NoSchedule", Verdict.PASS), ("other:NoSchedule", Verdict.FAIL)],
)
def test_a_taint_that_the_provider_sets_by_itself_is_nobody_s_to_declare(
    taint: str, verdict: Verdict
) -> None:
    node = DeclaredNode(
        name="a",
        group="p",
        places=(NODE,),
        attributes={},
        labels={},
        taints=(),
        member=True,
        automatic=frozenset({"nvidia.com/gpu"}),
    )
    have = ObservedNode(name="a", labels={}, taints=frozenset({Taint.parse(taint)}))
    known = {
        DeclaredNodes: DeclaredNodes({"a": node}),
        ObservedNodes: ObservedNodes({"a": have}),
        Policy: POLICY,
    }

    (finding,) = node_taints.judge(Facts(known=known))

    assert finding.verdict is verdict
