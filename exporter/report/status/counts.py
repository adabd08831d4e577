"""How many findings of which sort: the counts that are filters, the layers, and the bar."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from exporter.domain.finding import Layer, Severity, Verdict
from exporter.domain.objects import DeclaredObjects
from exporter.domain.skyline import Level, level_of
from exporter.report.contents import Contents
from exporter.report.status.board import DAY, Board
from exporter.report.status.skyline import Skyline, skyline, spans
from exporter.report.status.words import Words
from exporter.report.texts import mark
from exporter.report.wording import THINGS

PARTED: Final = " · "
"""Stands between parts at which a line may end."""
_ORDER: Final = (Level.CONFORMS, Level.CRITICAL, Level.WARNING, Level.ACCEPTED, Level.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Count:
    """A *number* with its *name* and a note; *asks* is what shows just these, if anything does."""

    number: int | None
    name: str
    note: str = ""
    asks: tuple[tuple[str, str], ...] = ()
    icon: str = ""


@dataclass(frozen=True, slots=True)
class LayerView:
    """A layer: how bad, in words, and how it was."""

    layer: Layer
    name: str
    level: Level | None
    told: str
    skyline: Skyline


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: from *x* on, *width* of a thousand."""

    level: Level
    x: int
    width: int
    told: str


def counts(board: Board, words: Words) -> Iterator[Count]:
    """Yield the counts of the page; but for what is new, they add up to all findings."""
    failing = board.failing
    critical, warnings = failing.get(Severity.CRITICAL, 0), failing.get(Severity.WARNING, 0)
    yield Count(
        critical,
        words.say("Critical"),
        _held(board, words, Verdict.FAIL, severity=Severity.CRITICAL),
        (("severity", "critical"), _FAIL),
        "fail",
    )
    yield Count(
        warnings,
        words.say("Warnings"),
        _noted(
            _causes(board, Severity.WARNING, words),
            _held(board, words, Verdict.FAIL, severity=Severity.WARNING),
        ),
        (("severity", "warning"), _FAIL),
        "warn",
    )
    informed = failing.get(Severity.INFO, 0)
    if informed:
        yield Count(
            informed,
            words.say("Information"),
            _causes(board, Severity.INFO, words),
            (("severity", "info"), _FAIL),
        )
    yield _new(board, words)
    yield _accepted(board, words)
    under_way = board.verdicts[Verdict.SUPPRESSED]
    if under_way:
        yield Count(
            under_way, words.say("In progress"), asks=(("verdict", "suppressed"),), icon="prog"
        )
    yield _unknown(board, words)
    yield Count(
        board.verdicts[Verdict.PASS],
        words.say("Conform"),
        _noted(words.say("of {n}", n=words.number(board.total)), _held(board, words, Verdict.PASS)),
        (("verdict", "pass"),),
        "pass",
    )


_FAIL: Final = ("verdict", "fail")


def _held(board: Board, words: Words, verdict: Verdict, *, severity: Severity | None = None) -> str:
    """Return how many findings are older than the others, while the cluster is not seen."""
    held = board.outage.held(verdict, severity=severity) if board.outage else 0
    return words.say("{n} held", n=words.number(held)) if held else ""


def _noted(*notes: str) -> str:
    return ", ".join(filter(None, notes))


def _causes(board: Board, severity: Severity, words: Words) -> str:
    causes = sum(
        one.first.severity is severity and one.first.verdict is Verdict.FAIL
        for one in board.to_settle
    )
    return words.count("{n} cause", "{n} causes", causes) if causes else ""


def _new(board: Board, words: Words) -> Count:
    if board.outcome.watching is None:
        return Count(None, words.say("New in 24 h"), words.say("nothing is remembered"))
    if board.first_look:
        return Count(None, words.say("New in 24 h"), words.say("from now on"))
    gone = sum(
        one.before is Verdict.FAIL and one.after in {Verdict.PASS, None}
        for one in board.outcome.transitions
        if board.at - one.at < DAY
    )
    note = words.count("{n} settled", "{n} settled", gone) if gone else ""
    new = {("", row.source) if row.source else row.key for row in board.new}
    return Count(len(new), words.say("New in 24 h"), note, (("new", "24h"),))


def _accepted(board: Board, words: Words) -> Count:
    waived = board.verdicts[Verdict.WAIVED]
    waivers = len({row.finding.waiver for one in board.accepted for row in one.all} - {""})
    causes = words.count("{n} cause", "{n} causes", len(board.accepted))
    used = words.count("{n} waiver", "{n} waivers", waivers)
    note = words.say("{causes}, {waivers}", causes=causes, waivers=used) if waived else ""
    if not board.outcome.waivers:
        note = words.say("no waivers")
    note = _held(board, words, Verdict.WAIVED) or note
    return Count(waived, words.say("Accepted"), note, (("verdict", "waived"),), "acc")


def _unknown(board: Board, words: Words) -> Count:
    unknown, blind = board.verdicts[Verdict.UNKNOWN], board.account.blind
    if unknown == blind:
        note = (
            words.say("accepted: {n}", n=board.account.accepted) if board.account.accepted else ""
        )
        return Count(unknown, words.say("Not compared"), note, (("verdict", "unknown"),), "unk")
    follow = sum(
        row.verdict is Verdict.UNKNOWN for one in board.entries for row in one.consequences
    )
    notes = [
        words.say("{n} follow", n=follow) if follow else "",
        words.say("{n} not compared", n=blind) if blind else "",
    ]
    note = ", ".join(filter(None, notes))
    return Count(unknown, words.say("Unknown"), note, (("verdict", "unknown"),), "unk")


def layers(board: Board, words: Words) -> Iterator[LayerView]:
    """Yield every layer with its last day."""
    start, changes = board.at - DAY, board.past
    for layer in Layer:
        score = board.outcome.layers.get(layer)
        level = _level(board, layer) if score else None
        told = _told(board, layer, words) if score else words.say("nothing declared")
        found = list(spans(changes, layer, start=start, end=board.at))
        drawn = skyline(found, words, start=start, end=board.at)
        yield LayerView(layer, words.layer(layer), level, told, drawn)


def witness(board: Board, words: Words) -> str:
    """Return from whom it is known how the layers were."""
    kept = board.kept
    if kept is None:
        return words.say("last 24 hours, now at the right")
    if kept.trouble:
        why = words.detail(kept.trouble)
        return words.say("last 24 hours as remembered here, for Prometheus says: {why}", why=why)
    if not kept.changes:
        return words.say("last 24 hours as remembered here, Prometheus has none of it")
    return words.say("last 24 hours by Prometheus")


def _level(board: Board, layer: Layer) -> Level | None:
    last = next((one for one in reversed(board.outcome.levels) if one.layer is layer), None)
    if last is not None and last.level is not None:
        return last.level
    rows = (row for row in board.rows.by_key.values() if row.layer is layer)
    found = {row.level for row in rows}
    return max(found, key=lambda one: one.rank, default=Level.CONFORMS)


def _told(board: Board, layer: Layer, words: Words) -> str:
    """Return how many of a layer's findings conform, and what the others are."""
    score = board.outcome.layers[layer]
    total, conform = sum(score.counts.values()), score.counts[Verdict.PASS]
    kept = board.outage.held_of(layer) if board.outage else 0
    held = [words.say("{n} held", n=words.number(kept))] if kept else []
    if total == conform:
        told = words.say(
            "{n} of {total} conform", n=words.number(conform), total=words.number(total)
        )
        return PARTED.join((told, *held))
    levels = _by_level(board, layer)
    notes = [_note(level, levels[level], score.counts, words) for level in _NOTES if levels[level]]
    if score.counts[Verdict.UNKNOWN] == total:
        return PARTED.join(notes)  # no share, which would count what nobody saw as not conforming
    parts = [
        words.say("{n} of {total}", n=words.number(conform), total=words.number(total)),
        *notes,
        *held,
    ]
    return PARTED.join(parts)


def _note(level: Level, number: int, verdicts: Mapping[Verdict, int], words: Words) -> str:
    """Return how many findings of a level there are; what is in progress is not accepted."""
    if level is Level.WARNING:
        return words.count("{n} warning", "{n} warnings", number)
    if level is Level.ACCEPTED and verdicts.get(Verdict.SUPPRESSED):
        return words.say("{n} accepted or in progress", n=words.number(number))
    return words.say(_NOTES[level], n=words.number(number))


_NOTES: Final = {
    Level.CRITICAL: mark("{n} critical"),
    Level.WARNING: "",
    Level.UNKNOWN: mark("{n} unknown"),
    Level.ACCEPTED: mark("{n} accepted"),
}


def _by_level(board: Board, layer: Layer | None) -> Counter[Level]:
    found: Counter[Level] = Counter()
    for check in board.outcome.checks:
        for one in check.layers:
            if layer is None or one is layer:
                for verdict, count in board.outcome.count(check, one).items():
                    found[level_of(verdict, check.severity)] += count
    return found


def bar(board: Board, words: Words) -> list[Part]:
    """Return the findings of all layers as parts of one bar."""
    found = _by_level(board, None)
    total = sum(found.values())
    parts: list[Part] = []
    x = 0.0
    for level in _ORDER:
        if not found[level]:
            continue
        width = 1000 * found[level] / total
        key = _KEYS[level]
        if level is Level.ACCEPTED and board.verdicts[Verdict.SUPPRESSED]:
            key = mark("{n} accepted or in progress")
        told = words.say(key, n=words.number(found[level]))
        parts.append(Part(level, round(x), max(2, round(x + width) - round(x)), told))
        x += width
    return parts


_KEYS: Final = {
    Level.CONFORMS: mark("{n} conform"),
    Level.CRITICAL: mark("{n} critical"),
    Level.WARNING: mark("{n} deviate"),
    Level.ACCEPTED: mark("{n} accepted"),
    Level.UNKNOWN: mark("{n} not compared or unknown"),
}


def shares(board: Board, words: Words) -> Iterator[tuple[str, str]]:
    """Yield the shares of what was compared, each with its unit, as they differ by that."""
    number = words.number
    if board.total:
        found = words.say(
            "{n} of {total} conform",
            n=number(board.verdicts[Verdict.PASS]),
            total=number(board.total),
        )
        yield words.say("Findings"), found
    scope = board.account.scope(THINGS)
    if board.outcome.items:
        compared = words.say(
            "{n} of {total} {things} are compared at all",
            n=number(scope.compared),
            total=number(scope.total),
            things=words.say(THINGS[scope.kind]),
        )
        yield words.say("Declared items"), compared
    if board.outcome.coverage is not None:
        judged = words.say(
            "{share} of the declared items could be judged; each counts once, by the part of its "
            "findings that is not unknown",
            share=words.share(board.outcome.coverage),
        )
        yield words.say("Coverage"), judged


def declared_things(board: Board, words: Words) -> str:
    """Return how many things of which kinds are declared."""
    facts = Contents.of(board.outcome.facts)
    objects = board.outcome.facts.find(DeclaredObjects)
    watched = board.outcome.layers.get(Layer.OBSERVABILITY)
    others = len(objects.by_subject) if objects else 0
    expected = sum(watched.counts.values()) if watched else 0
    numbers = (len(facts.nodes), len(facts.workloads), len(facts.applications), others, expected)
    texts = (
        words.count("{n} node", "{n} nodes", numbers[0]),
        words.count("{n} workload", "{n} workloads", numbers[1]),
        words.count("{n} Application", "{n} Applications", numbers[2]),
        words.count("{n} other object", "{n} other objects", others),
        words.count(
            "{n} expectation of the monitoring stack",
            "{n} expectations of the monitoring stack",
            expected,
        ),
    )
    return ", ".join(text for number, text in zip(numbers, texts, strict=True) if number)
