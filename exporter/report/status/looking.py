"""Commands that show what became of something; they change nothing."""

from shlex import quote
from typing import Final

from exporter.domain.finding import Subject, Verdict
from exporter.domain.provenance import Source
from exporter.report.status.fixes import Fix, FixKind, is_operand
from exporter.report.status.grouping import By, Entry
from exporter.report.status.words import Words

MOST: Final = 3
"""How many subjects are asked about in one entry."""
_DOWN: Final = frozenset(
    {
        "application_healthy",
        "application_present",
        "node_present",
        "node_ready",
        "workload_images",
        "workload_present",
        "workload_ready",
    }
)
"""Checks that say that something is not there, or does not run."""
_NODE: Final = "involvedObject.kind=Node"


def ask(words: Words) -> Fix:
    """Return how to ask the API server oneself."""
    command = "kubectl get --raw='/readyz?verbose' --request-timeout=5s"
    return Fix(FixKind.COMMAND, words.say("Does it answer you?"), command)


def looks(entry: Entry, words: Words) -> tuple[Fix, ...]:
    """Return how to find out why the subjects of *entry* are not there, or do not run."""
    if entry.source == Source.KUBERNETES:
        return (ask(words),)
    failing = entry.by is By.CAUSE and entry.first.verdict is Verdict.FAIL
    if not failing or entry.first.check.id not in _DOWN:
        return ()
    subjects = dict.fromkeys(row.finding.subject for row in entry.members[:MOST])
    lines = [line for one in subjects for line in _of(one)]
    label = words.say("Look what became of it, and why")
    return (Fix(FixKind.COMMAND, label, "\n".join(lines)),) if lines else ()


def _of(subject: Subject) -> tuple[str, ...]:
    if not is_operand(subject.name) or not subject.kind.isalnum():
        return ()
    name, kind = quote(subject.name), quote(subject.kind.lower())
    if subject.kind == "Node":
        return (
            f"kubectl get node {name} -o wide",
            f"kubectl describe node {name}",
            f"kubectl get events -A --field-selector {_NODE},involvedObject.name={name}",
        )
    if not is_operand(subject.namespace):
        return ()
    kubectl = f"kubectl -n {quote(subject.namespace)}"
    return (
        f"{kubectl} get {kind} {name} -o wide",
        f"{kubectl} describe {kind} {name}",
        f"{kubectl} get events --field-selector involvedObject.name={name}",
    )
