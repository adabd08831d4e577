"""Every node must carry the labels that the code declares for it."""

from collections.abc import Iterator, Sequence
from functools import partial

from exporter.checks import subjects, unknowns
from exporter.checks.wording import excerpt, listing
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import LABELS, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes

ID = "node_labels"


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare the declared labels of every declared node; others it may carry as it likes.

    A label whose declared value could be another one does not fail. What may be declared beside
    those that are known, nobody can say the node has.
    """
    observed = facts.get(ObservedNodes).nodes
    for name, node in facts.get(DeclaredNodes).in_order:
        if LABELS in node.silent:
            continue
        have = observed.get(name)
        yield unknowns.absent_node(ID, node) if have is None else _judge(node, have)


def _judge(node: DeclaredNode, have: ObservedNode) -> Finding:
    differing = sorted(
        key
        for key, stated in node.labels.items()
        if have.labels.get(key) != stated.value and not node.unknown_value(LABELS, key)
    )
    if not differing:
        return Finding(
            check=ID,
            subject=subjects.node(node.name),
            verdict=Verdict.PASS,  # where nothing of its labels is unknown
            provenance=node.places,
        )
    return Finding(
        check=ID,
        subject=subjects.node(node.name),
        verdict=Verdict.FAIL,
        detail=_describe(node, have=have, differing=differing),
        declared={key: excerpt(node.labels[key].value) for key in differing},
        observed={key: _shown(have, key) for key in differing},
        provenance=tuple(dict.fromkeys(node.labels[key].place for key in differing)),
    )


def _shown(have: ObservedNode, key: str) -> str | None:
    value = have.labels.get(key)
    return None if value is None else excerpt(value)


def _describe(node: DeclaredNode, *, have: ObservedNode, differing: Sequence[str]) -> str:
    said = []
    for key in differing:
        want, value = excerpt(f"{key}={node.labels[key].value}"), _shown(have, key)
        said.append(f"missing {want}" if value is None else f"{key}={value} instead of {want}")
    return listing(said)


CHECK = Check(
    id=ID,
    layer=Layer.CONFIGURATION,
    severity=Severity.WARNING,
    title="Nodes carry the declared labels",
    needs=(DeclaredNodes, ObservedNodes),
    subjects=partial(subjects.spoken_of, attribute=LABELS),
    judge=judge,
    aspect="labels",
    headline=True,
    chapter=Chapter.LABELS,
    advice="Set the declared labels on the nodes again.",
    alert=Alert(
        name="NodeLabelsMismatch",
        after="15m",
        summary="A node lacks declared labels or has other values.",
        description=(
            "Node {{ $labels.object_name }}{of_cluster} lacks a declared label, or has it with "
            "another value; pods that select it go elsewhere. Next: run what declares the labels; "
            "the status page shows which differ."
        ),
    ),
)
