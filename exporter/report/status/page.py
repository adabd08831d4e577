"""The status page: what its templates are given."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from exporter.domain.evaluation import SourceStatus, WaiverState
from exporter.domain.finding import Layer
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Source
from exporter.domain.published import Answer, Asked
from exporter.report.recommendations import SOON
from exporter.report.rows import WORST_FIRST
from exporter.report.status import counts, notcompared
from exporter.report.status.board import DAY, Board
from exporter.report.status.changes import events
from exporter.report.status.entry_view import EntryView
from exporter.report.status.fixing import shown
from exporter.report.status.grouping import By, Entry
from exporter.report.status.page_query import PageQuery
from exporter.report.status.selection import Selection, select
from exporter.report.status.site import PageContext, render, site
from exporter.report.status.unseen import unseen
from exporter.report.status.verdict import banner
from exporter.report.status.words import Words, words
from exporter.report.texts import Lang, mark
from exporter.report.wording import SOURCES, VERDICTS

ACCEPTED: Final = 10
"""How many accepted causes the page shows."""
CHANGES: Final = 8
"""How many events of the last day it shows."""
_OWNERS: Final = 200
"""Causes whose owners may be chosen."""
_GROUPS: Final = {
    By.CAUSE: mark("By cause"),
    By.SUBJECT: mark("subject"),
    By.CHECK: mark("check"),
    By.OWNER: mark("owner"),
}


@dataclass(frozen=True, slots=True)
class Coming:
    """A waiver that ends soon, or has *ended*."""

    waiver: Waiver
    ended: bool


def page(board: Board, asked: Asked, *, context: PageContext) -> Answer:
    """Return what is *asked* of the page about one evaluation."""
    query = PageQuery.of(asked.parameters)
    said = words(query.lang or Lang(asked.lang), now=board.at, zone=context.zone)
    head = banner(board, said, stale=asked.stale)
    part = select(board, query)
    few = board.accepted[:ACCEPTED]
    return render(
        "page.html",
        words=said,
        query=query,
        site=site(board.cluster.name, said, context, level=head.level, here="status"),
        context=context,
        board=board,
        stale=asked.stale,
        banner=head,
        counts=tuple(counts.counts(board, said)),
        layers=tuple(counts.layers(board, said)),
        witness=counts.witness(board, said),
        parted=counts.PARTED,
        bar=counts.bar(board, said),
        shares=tuple(counts.shares(board, said)),
        declared=counts.declared_things(board, said),
        part=part,
        outage=unseen(board, said) if _leads(part, query) else None,
        entries=_shown(part.entries, board, said),
        group_count=_group_count(query, said),
        groups=[(by, said.say(name)) for by, name in _GROUPS.items()],
        choices=tuple(_choices(board, said)),
        nothing=_nothing(board, said),
        accepted=_shown(few, board, said),
        more_accepted=len(board.accepted) - len(few),
        in_progress=_shown(board.in_progress[:ACCEPTED], board, said),
        not_compared=notcompared.view(board, said),
        changes=events(board, said, since=board.at - DAY)[:CHANGES],
        coming=tuple(_coming(board)),
        sources=board.outcome.sources,
        silent=lambda status: _silent(status, board, said),
        failures=lambda status: tuple(_failures(status, said)),
        source_name=lambda status: said.say(SOURCES[status.source]),
        evaluated=f"{board.at.astimezone(context.zone):%H:%M:%S}",
        zone=board.at.astimezone(context.zone).tzname(),
        link=board.href,
    )


def _leads(part: Selection, query: PageQuery) -> bool:
    """Tell whether a page of causes has to begin with the cluster that is not seen.

    Not where it is an entry of its own, as something is unknown because of it.
    """
    told = any(one.source == Source.KUBERNETES for one in part.entries)
    return not (query.narrowed or told) and query.by is By.CAUSE and part.number == 1


def _shown(entries: Sequence[Entry], board: Board, said: Words) -> list[EntryView]:
    return [shown(one, board, said) for one in entries]


def _group_count(query: PageQuery, said: Words) -> Callable[[int], str]:
    def told(number: int) -> str:
        if query.by is By.CAUSE:
            return said.count("{n} cause", "{n} causes", number)
        if query.by is By.SUBJECT:
            return said.count("{n} subject", "{n} subjects", number)
        if query.by is By.CHECK:
            return said.count("{n} check", "{n} checks", number)
        return said.count("{n} owner", "{n} owners", number)

    return told


def _choices(board: Board, said: Words) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield by what may be filtered: the parameter, what it is called, and its values."""
    verdicts = {str(one): said.say(VERDICTS[one]) for one in WORST_FIRST}
    yield "verdict", said.say("Result"), verdicts
    layers = {str(one): said.layer(one) for one in Layer if one in board.outcome.layers}
    yield "layer", said.say("Layer"), layers
    named = {board.owner_of(one.first) for one in board.entries[:_OWNERS]} - {""}
    if named:
        yield "owner", said.say("Owner"), {one: one for one in sorted(named)}


def _nothing(board: Board, said: Words) -> str:
    """Return what it means that there is nothing to settle."""
    if not board.total or board.account.blind == board.total:
        return said.say("Nothing was judged: nothing that can be checked is declared.")
    if board.blinded or board.account.blind > board.account.accepted:
        return said.say("Nothing deviates of what was looked at; the rest is listed below.")
    return said.say(
        "Every declared item that was compared is in the cluster as the code says. The report has "
        "it item by item; to look one thing up, search for it."
    )


def _coming(board: Board) -> Iterator[Coming]:
    for waiver, state in sorted(board.outcome.waivers, key=lambda pair: pair[0].expires):
        if waiver.expires - board.at <= SOON:
            yield Coming(waiver, ended=state is WaiverState.EXPIRED)


def _failures(status: SourceStatus, said: Words) -> Iterator[str]:
    """Yield what a source fails with, each once, and of what."""
    places: dict[str, list[str]] = {}
    for failure in status.failures:
        places.setdefault(failure.message, []).append(failure.place.where)
    for message, where in places.items():
        named = said.listed(filter(None, dict.fromkeys(where)), most=1)
        yield f"{named}: {said.detail(message)}" if named else said.detail(message)


def _silent(status: SourceStatus, board: Board, said: Words) -> str:
    """Return how a source fails, and since when."""
    named = said.say(SOURCES[status.source])
    failure = next(iter(status.failures), None)
    why = said.detail(failure.message) if failure else said.say("no answer")
    if failure and failure.place.where:
        why = f"{failure.place.where}: {why}"
    if status.last_success is None:
        return said.say("{source}: {why}, never read", source=named, why=why)
    age = said.age(board.at - status.last_success)
    return said.say("{source}: {why}, last read {age} ago", source=named, why=why, age=age)
