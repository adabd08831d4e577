"""Declarations must not contradict each other."""

from collections.abc import Iterator, Sequence

from exporter.checks import subjects
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Check
from exporter.domain.conflicts import Conflicts
from exporter.domain.declaration import Conflict, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.json import JsonObject
from exporter.domain.nodes import DeclaredNodes

ID = "declaration_conflict"

_MAX_MESSAGE = 1000  # it names all places


def disputable(facts: Facts) -> list[Subject]:
    """Return all nodes that are declared one by one, and whatever else is disputed, sorted."""
    known = facts.find(Conflicts)
    disputed = map(_subject, known.items) if known else ()
    return sorted({*subjects.named_nodes(facts), *disputed})


def judge(facts: Facts) -> Iterator[Finding]:
    """Report the conflicts of each subject together."""
    conflicts: dict[Subject, list[Conflict]] = {}
    for conflict in facts.get(Conflicts).items:
        conflicts.setdefault(_subject(conflict), []).append(conflict)
    nodes = facts.find(DeclaredNodes)
    for subject in disputable(facts):
        if subject in conflicts:
            yield _disputed(subject, conflicts[subject])
        elif nodes is not None and (node := nodes.named(subject.name)):
            yield _undisputed(node)


def _subject(conflict: Conflict) -> Subject:
    return Subject(conflict.kind, conflict.namespace, conflict.name)


def _undisputed(node: DeclaredNode) -> Finding:
    """Find no conflict of a node, which only proves something where all of it is known."""
    gap = next(iter(node.unknown.values()), None)
    return Finding(
        check=ID,
        subject=subjects.node(node.name),
        verdict=Verdict.UNKNOWN if gap else Verdict.PASS,
        detail=f"more may be declared where nobody can tell: {gap.message}" if gap else "",
        provenance=node.places,
        cause=Cause(gap.source) if gap else None,
    )


def _disputed(subject: Subject, conflicts: Sequence[Conflict]) -> Finding:
    places = [statement.place for conflict in conflicts for statement in conflict.statements]
    return Finding(
        check=ID,
        subject=subject,
        verdict=Verdict.FAIL,
        detail="; ".join(excerpt(conflict.message, limit=_MAX_MESSAGE) for conflict in conflicts),
        declared=[_plain(conflict) for conflict in conflicts],
        provenance=tuple(dict.fromkeys(places)),
    )


def _plain(conflict: Conflict) -> JsonObject:
    said = [
        {"value": statement.value, "place": str(statement.place)}
        for statement in conflict.statements
    ]
    return {"attribute": conflict.attribute, "statements": said}


CHECK = Check(
    id=ID,
    layer=Layer.CONFIGURATION,
    severity=Severity.WARNING,
    title="Declarations agree with each other",
    needs=(Conflicts,),
    uses=(DeclaredNodes,),  # where no code declares nodes, Applications may disagree all the same
    subjects=disputable,
    judge=judge,
    headline=True,
    advice="Decide which of the contradicting declarations is right, and correct the others.",
    alert=Alert(
        name="DeclarationConflict",
        after="15m",
        summary="Two declarations contradict each other.",
        description=(
            "{{ $labels.object_kind }} {{ with $labels.object_namespace }}{{ . }}/{{ end }}"
            "{{ $labels.object_name }}{of_cluster} is declared in two ways that cannot both hold. "
            "Next: the status page names all places with file and line; decide which one is meant, "
            "and correct the other."
        ),
    ),
)
