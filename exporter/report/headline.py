"""The one sentence that says how a cluster is doing; page, report and table all begin with it.

It says that the cluster conforms only where everything was compared that the code declares, or
how far it was looked where the rest is accepted.
"""

from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Verdict
from exporter.domain.monitoring.alertmanager import SILENCED
from exporter.report.account import Account, Scope
from exporter.report.scores import counted
from exporter.report.texts import Texts
from exporter.report.wording import THINGS


def headline(outcome: Evaluation, account: Account, *, texts: Texts) -> str:
    """Return the sentence in the words of *texts*, without a full stop."""
    counts = counted(outcome)
    unheard = texts.say("all alerts are silenced") if silenced(outcome) else ""
    failing, unknown = counts[Verdict.FAIL], counts[Verdict.UNKNOWN] - account.blind
    scope = account.scope(THINGS)
    missing = _missing(scope, texts) if scope.missing or scope.others else ""
    if sum(counts.values()) == account.blind:
        return _and(
            texts.say("Nothing that can be checked is declared"), other=missing, texts=texts
        )
    if failing:
        fails = texts.count(
            "Does not conform: {n} finding fails", "Does not conform: {n} findings fail", failing
        )
        return _and(_and(fails, other=unheard, texts=texts), other=missing, texts=texts)
    if unknown or account.blind > account.accepted:
        return texts.say(
            "Not known to conform: {what}", what=_unknown(unknown, missing=missing, texts=texts)
        )
    return _conforms(scope, texts) if missing else texts.say("Conforms to what its code says")


def silenced(outcome: Evaluation) -> bool:
    """Tell whether nobody is notified of anything, which no notification can say for certain."""
    return any(
        check.alert is not None
        and check.alert.full_name == SILENCED
        and outcome.scores[check.id].counts[Verdict.FAIL]
        for check in outcome.checks
    )


def _unknown(unknown: int, *, missing: str, texts: Texts) -> str:
    unjudged = texts.count(
        "{n} thing could not be judged", "{n} things could not be judged", unknown
    )
    return (
        _and(missing, other=unjudged, texts=texts) if unknown and missing else missing or unjudged
    )


def _conforms(scope: Scope, texts: Texts) -> str:
    seen = texts.say(
        "Conforms as far as looked at: {scope}", scope=_of(scope, texts=texts, part=scope.compared)
    )
    if not scope.others:
        return seen
    others = texts.count(
        "{n} other declared item not compared",
        "{n} other declared items not compared",
        scope.others,
    )
    return _and(seen, other=others, texts=texts)


def _missing(scope: Scope, texts: Texts) -> str:
    phrase = _of(scope, texts=texts, part=scope.missing)
    if not scope.others:
        return texts.say("{scope} not compared", scope=phrase)
    return texts.count(
        "{scope} and {n} other not compared",
        "{scope} and {n} others not compared",
        scope.others,
        scope=phrase,
    )


def _of(scope: Scope, *, texts: Texts, part: int) -> str:
    return texts.say(
        "{n} of {total} {things}",
        n=texts.number(part),
        total=texts.number(scope.total),
        things=texts.say(THINGS[scope.kind]),
    )


def _and(one: str, *, other: str, texts: Texts) -> str:
    return texts.say("{one}; {other}", one=one, other=other) if other else one
