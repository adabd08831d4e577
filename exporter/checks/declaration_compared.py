"""Everything that the code declares must be compared, or be out of scope by decision."""

from collections.abc import Iterator

from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Severity, Subject, Verdict
from exporter.domain.items import DeclaredItems, Item

ID = "declaration_compared"

MAX_MESSAGE = 1000


def not_compared(facts: Facts) -> list[Subject]:
    """Return the items that nobody compares, sorted; those of broken files are not among them."""
    return sorted(_not_compared(facts))


def judge(facts: Facts) -> Iterator[Finding]:
    """Say of every item that is not compared why it is not; of the others nothing."""
    for subject, items in sorted(_not_compared(facts).items()):
        yield _unknown(subject, items)


def _not_compared(facts: Facts) -> dict[Subject, list[Item]]:
    known = facts.find(DeclaredItems)
    found: dict[Subject, list[Item]] = {}
    for item in known.items if known else ():
        if item.state.is_reason and not item.broken:
            found.setdefault(item.subject, []).append(item)
    return found


def _unknown(subject: Subject, items: list[Item]) -> Finding:
    first = items[0]
    told = dict.fromkeys(excerpt(one.message, limit=MAX_MESSAGE) for one in items)
    return Finding(
        check=ID,
        subject=subject,
        verdict=Verdict.UNKNOWN,
        detail="; ".join(told),
        provenance=tuple(dict.fromkeys(item.place for item in items)),
        layer=first.layers[0],
        reason=first.state,
        advice=first.advice,
    )


CHECK = Check(
    id=ID,
    layer=None,
    severity=Severity.INFO,
    title="What the code declares is compared",
    needs=(DeclaredItems,),
    subjects=not_compared,
    judge=judge,
    covers=False,
    only_amiss=True,
    advice="Let everything be compared that the code declares.",
    alert=Alert(
        name="DeclarationNotCompared",
        after="1h",
        summary="Things that the code declares are not compared.",
        description=(
            "Of source {{ $labels.source }}{of_cluster}, {{ $value }} declared things are not "
            "compared (state {{ $labels.state }}); whether they are in the cluster nobody knows. "
            "Next: the status page names them, and what would change that; what shall stay like "
            "this a waiver of declaration_compared accepts."
        ),
        why=(
            "One for each source and reason, however many things it is; what a waiver accepts has "
            "the state accepted. What a broken file hides, or a missing path, has its own alert."
        ),
        expr=(
            "sum without (kind) (\n"
            "  max without (instance, pod, container, endpoint) (\n"
            "    cluster_conformance_declared_items{"
            'state!~"compared|accepted|out_of_scope|unreadable"}\n'
            "  )\n"
            ")\n"
            "> 0"
        ),
    ),
)
