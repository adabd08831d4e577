"""What declares anything must be readable: by this exporter, and by the tools that it is for."""

from collections.abc import Iterator, Sequence

from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Check
from exporter.domain.declaration import Failure, Unreadable, unreadable_subject
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict

ID = "declaration_readable"

MAX_MESSAGE = 1000


def unreadable(facts: Facts) -> list[Subject]:
    """Return the files and directories that are broken, sorted."""
    return sorted(_by_subject(facts))


def judge(facts: Facts) -> Iterator[Finding]:
    """Report what is broken, by file or directory; of what can be read, nothing."""
    for subject, failures in sorted(_by_subject(facts).items()):
        yield _broken(subject, failures)


def _by_subject(facts: Facts) -> dict[Subject, list[Failure]]:
    known = facts.find(Unreadable)
    found: dict[Subject, list[Failure]] = {}
    for failure in known.failures if known else ():
        found.setdefault(unreadable_subject(failure), []).append(failure)
    return found


def _broken(subject: Subject, failures: Sequence[Failure]) -> Finding:
    return Finding(
        check=ID,
        subject=subject,
        verdict=Verdict.FAIL,
        detail="; ".join(dict.fromkeys(_told(one) for one in failures)),
        provenance=tuple(dict.fromkeys(one.place for one in failures)),
        advice=next((failure.advice for failure in failures if failure.advice), ""),
    )


def _told(failure: Failure) -> str:
    message = excerpt(failure.message, limit=MAX_MESSAGE)
    return f"line {failure.place.line}: {message}" if failure.place.line else message


CHECK = Check(
    id=ID,
    layer=Layer.CONFIGURATION,
    severity=Severity.WARNING,
    title="What declares anything can be read",
    needs=(Unreadable,),
    subjects=unreadable,
    judge=judge,
    covers=False,  # what cannot be read is an item already: that it is broken covers nothing
    only_amiss=True,
    advice="Mend the files that cannot be read; their own tools refuse them, too.",
    alert=Alert(
        name="DeclarationUnreadable",
        after="15m",
        summary="A file or directory of the declaration is broken.",
        description=(
            "{{ $labels.object_kind }} {{ $labels.object_name }}{of_cluster} is broken: its own "
            "tool would refuse it, too, and what it declares is not compared, or as it was last "
            "read. Next: the status page says what is wrong and at which line; correct it."
        ),
    ),
)
