"""The words for what is not compared, one row for each source and reason."""

from exporter.domain.finding import Finding
from exporter.domain.items import ItemState
from exporter.report.account import NotCompared, Remedy
from exporter.report.texts import Lang, Texts, texts
from exporter.report.wording import REMEDIES, STATES, THINGS

MOST = 3
"""How many remedies one line tells."""
ENGLISH = texts(Lang.EN)


def things(row: NotCompared) -> str:
    """Return how many things of which kinds it is about, and the names of the first."""
    names = ", ".join(map(str, row.subjects))
    more = row.count - len(row.subjects)
    return f"{counted(row)}: {names} and {more} more" if more else f"{counted(row)}: {names}"


def counted(row: NotCompared) -> str:
    """Return how many things of which kinds it is about."""
    return ", ".join(
        f"{count} {THINGS[kind] if kind in THINGS and count > 1 else kind}"
        for kind, count in row.kinds.items()
    )


def remedy(row: NotCompared, given: Remedy, words: Texts = ENGLISH) -> str:
    """Return what would let some of them be compared, as the reader of the source said it."""
    return words.detail(given.advice) or words.say(REMEDIES[row.reason])


def remedies(row: NotCompared, words: Texts = ENGLISH) -> str:
    """Return what would let them be compared, and how many of them where not all."""
    texts = [remedy(row, given, words) for given in row.remedies]
    if len(texts) == 1:
        return texts[0]
    numbers = [words.number(given.count) for given in row.remedies]
    shown = [f"{text} ({number})" for text, number in zip(texts, numbers, strict=True)]
    more = len(shown) - MOST
    rest = [words.count("{n} more remedy", "{n} more remedies", more)] if more > 0 else []
    return "; ".join((*shown[:MOST], *rest))


def why(row: NotCompared) -> str:
    """Return why they are not compared, and what would change that."""
    accepted = "accepted, " if row.accepted else ""
    message = f"{row.message}; " if row.message else ""
    return f"{row.source}, {accepted}{STATES[row.reason]}: {message}{remedies(row)}"


def with_reason(finding: Finding, text: str) -> str:
    """Return the *text* about one finding with why it is not compared, and what to do."""
    reason = f"{STATES[ItemState(finding.reason)]}: " if finding.reason else ""
    return f"{reason}{text} ({finding.advice})" if finding.advice else f"{reason}{text}"
