"""The cause that a cluster is not seen, as long as what was seen of it is still relied on."""

from dataclasses import dataclass

from exporter.domain.provenance import Source
from exporter.report.status.board import Board
from exporter.report.status.entry_view import Fact, held_verdicts, silence, silent_since
from exporter.report.status.fixes import Fix
from exporter.report.status.looking import ask
from exporter.report.status.titles import unanswered
from exporter.report.status.words import Words


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a page says of it, as it does of an entry; no finding is unknown because of it yet."""

    title: str
    age: str
    facts: tuple[Fact, ...]
    fix: Fix


def unseen(board: Board, words: Words) -> Unseen | None:
    """Return why the cluster is not seen and what rests on that, or None where it is seen."""
    if board.outage is None:
        return None
    held = held_verdicts(board, words)
    explains = words.say("{verdicts}; nothing is reported as missing meanwhile", verdicts=held)
    facts = silence(
        Source.KUBERNETES, why=board.outage.why, explains=explains if held else "", words=words
    )
    return Unseen(
        title=unanswered(Source.KUBERNETES, words),
        age=silent_since(board, Source.KUBERNETES, words),
        facts=tuple(facts),
        fix=ask(words),
    )
