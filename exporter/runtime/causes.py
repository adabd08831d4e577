"""Causes: they explain only as long as what they name does not pass."""

from collections.abc import Mapping

from exporter.domain.finding import Cause, Finding, Verdict
from exporter.runtime.judged import Judged


def void(one: Judged, judged: Mapping[str, Judged]) -> frozenset[Cause]:
    """Return the causes that explain nothing: findings that name them stand for themselves.

    What fails explains, whether it is waived, suppressed or neither; so does what is unknown,
    unless it follows from itself.
    """
    return frozenset(cause for cause in one.causes if not _explains(cause, judged))


def _explains(cause: Cause, judged: Mapping[str, Judged]) -> bool:
    found = _find(cause, judged)
    if found is None:
        return False
    passed = {cause}
    while found is not None and found.verdict is Verdict.UNKNOWN and found.cause is not None:
        if found.cause in passed:
            return False
        passed.add(found.cause)
        found = _find(found.cause, judged)
    return True


def _find(cause: Cause, judged: Mapping[str, Judged]) -> Finding | None:
    """Return the finding that *cause* names, unless it passes, or nobody judged it."""
    check = judged.get(cause.id)
    return check.amiss.get(cause.subject) if check and cause.subject else None
