"""Declarations must not contradict each other."""

from collections.abc import Iterator, Sequence

from exporter.checks import subjects
from exporter.checks.wording import excerpt
from exporter.domain.check import Check
from exporter.domain.conflicts import Conflicts
from exporter.domain.declaration import Conflict
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.json import JsonObject
from exporter.domain.nodes import DeclaredNodes

ID = "declaration_conflict"

_MAX_MESSAGE = 1000  # it names all places


def disputable(facts: Facts) -> list[Subject]:
    """Return all declared nodes and whatever else declarations disagree about, sorted."""
    known = facts.find(Conflicts)
    disputed = map(_subject, known.items) if known else ()
    return sorted({*subjects.declared_nodes(facts), *disputed})


def judge(facts: Facts) -> Iterator[Finding]:
    """Report the conflicts of each subject together."""
    conflicts: dict[Subject, list[Conflict]] = {}
    for conflict in facts.get(Conflicts).items:
        conflicts.setdefault(_subject(conflict), []).append(conflict)
    nodes = facts.get(DeclaredNodes).nodes
    for subject in disputable(facts):
        if subject in conflicts:
            yield _disputed(subject, conflicts[subject])
        else:
            places = nodes[subject.name].places
            yield Finding(check=ID, subject=subject, verdict=Verdict.PASS, provenance=places)


def _subject(conflict: Conflict) -> Subject:
    return Subject(conflict.kind, conflict.namespace, conflict.name)


def _disputed(subject: Subject, conflicts: Sequence[Conflict]) -> Finding:
    places = [one.place for conflict in conflicts for one in conflict.statements]
    return Finding(
        check=ID,
        subject=subject,
        verdict=Verdict.FAIL,
        detail="; ".join(excerpt(conflict.message, limit=_MAX_MESSAGE) for conflict in conflicts),
        declared=[_plain(conflict) for conflict in conflicts],
        provenance=tuple(dict.fromkeys(places)),
    )


def _plain(conflict: Conflict) -> JsonObject:
    said = [{"value": one.value, "place": str(one.place)} for one in conflict.statements]
    return {"attribute": conflict.attribute, "statements": said}


CHECK = Check(
    id=ID,
    layer=Layer.CONFIGURATION,
    severity=Severity.WARNING,
    title="Declarations agree with each other",
    needs=(DeclaredNodes, Conflicts),
    subjects=disputable,
    judge=judge,
)
