"""What must hold between two evaluations, of which the second knows less."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Subject, Verdict

TOLERANCE = 1e-9


def taken_away(before: Evaluation, after: Evaluation, path: str) -> Iterator[str]:
    """Yield in words what is wrong where the file *path* could not be read any more."""
    now = {(one.check, one.subject): one for one in after.findings}
    for one in before.findings:
        if one.verdict is not Verdict.FAIL:
            continue
        found = now.get((one.check, one.subject))
        if found is not None and found.verdict is Verdict.PASS:
            yield f"{one.check} of {one.subject} failed, and passes now"
        if found is None and not _is_named(one.subject, path, after):
            yield f"{one.check} of {one.subject} failed, and nothing names it or {path} now"
    yield from _scores(before, after)


def _is_named(subject: Subject, path: str, after: Evaluation) -> bool:
    return any(_names(one, subject, path) for one in after.findings)


def _names(finding: Finding, subject: Subject, path: str) -> bool:
    """Tell whether a *finding* that is no pass names *subject*, or the file or a folder of it."""
    if finding.verdict is Verdict.PASS:
        return False
    folders = {path, *map(str, PurePosixPath(path).parents)} - {"."}
    places = {place.path for place in finding.provenance}
    return finding.subject == subject or finding.subject.name in folders or bool(places & folders)


def _scores(before: Evaluation, after: Evaluation) -> Iterator[str]:
    for layer, was in before.layers.items():
        now = after.layers.get(layer)
        if now is None or was.coverage is None:
            continue
        if now.coverage is None:
            yield f"{layer}: nothing is declared any more"
        elif now.coverage > was.coverage + TOLERANCE:
            yield f"{layer}: coverage rises from {was.coverage} to {now.coverage}"
        elif now.coverage > was.coverage - TOLERANCE and (now.ratio or 0) > (was.ratio or 0):
            yield f"{layer}: ratio rises from {was.ratio} to {now.ratio} at the same coverage"


def changed(before: Evaluation, after: Evaluation) -> set[tuple[str, Subject]]:
    """Return the checks and subjects of which the two say different things."""
    was, now = (
        {(one.check, one.subject): one.verdict for one in outcome.findings}
        for outcome in (before, after)
    )
    return {key for key in was.keys() | now.keys() if was.get(key) is not now.get(key)}
