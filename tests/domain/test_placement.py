from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.nodes import ObservedNode, ObservedNodes
from exporter.domain.placement import NodePool, guards, pod_spec
from exporter.domain.selectors import NodeSelection, NodeTerm, Operator, Requirement
from exporter.domain.taints import Taint, TaintEffect, Toleration, TolerationOperator, untolerated

TAINTS = st.builds(
    Taint,
    key=st.sampled_from(["a", "b", "node.kubernetes.io/not-ready"]),
    effect=st.sampled_from(TaintEffect),
    value=st.sampled_from("xy"),
)
TOLERATIONS = st.builds(
    Toleration,
    key=st.sampled_from("ab"),
    operator=st.sampled_from([TolerationOperator.EQUAL, TolerationOperator.EXISTS]),
    value=st.sampled_from("xy"),
    effect=st.none() | st.sampled_from(TaintEffect),
)
LABELS = st.dictionaries(st.sampled_from("kl"), st.sampled_from("12"), max_size=2)
TERMS = st.none() | st.tuples(
    st.builds(NodeTerm, labels=st.tuples(st.just(Requirement("k", Operator.EXISTS))))
)
NODES = st.lists(st.tuples(LABELS, st.frozensets(TAINTS, max_size=3)), max_size=5)


@given(NODES, LABELS, TERMS, st.lists(TOLERATIONS, max_size=3).map(tuple))
def test_a_pool_answers_as_if_every_node_were_asked(
    nodes: list[tuple[dict[str, str], frozenset[Taint]]],
    labels: dict[str, str],
    terms: tuple[NodeTerm, ...] | None,
    tolerations: tuple[Toleration, ...],
) -> None:
    cluster = {
        f"n{n}": ObservedNode(name=f"n{n}", labels=own, taints=taints)
        for n, (own, taints) in enumerate(nodes)
    }
    selection = NodeSelection(labels, terms)
    selected = {one for one in cluster if selection.matches(name=one, labels=cluster[one].labels)}
    kept_off = [
        untolerated(filter(guards, cluster[one].taints), tolerations) for one in sorted(selected)
    ]
    expected = sorted({taint for taints in kept_off for taint in taints}) if all(kept_off) else []

    pool = NodePool(ObservedNodes(cluster))

    for _ in range(2):
        assert pool.selected(selection) == selected
        assert list(pool.kept_off(selection, tolerations)) == expected


def test_a_manifest_without_a_template_has_an_empty_pod_spec() -> None:
    assert pod_spec({"spec": {"template": {"spec": {"nodeName": "a"}}}}) == {"nodeName": "a"}
    assert pod_spec({"spec": {"template": ["odd"]}}) == {}
    assert pod_spec({}) == {}
