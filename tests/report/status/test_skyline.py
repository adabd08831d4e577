"""A skyline shows every level that was, also the short ones, and tells the same in words."""

from datetime import datetime

import pytest

from exporter.domain.facts import Facts
from exporter.domain.finding import Layer
from exporter.domain.monitoring.prometheus.levels import LayerLevels
from exporter.domain.skyline import Level, LevelChange
from exporter.report.status.counts import layers, witness
from exporter.report.status.skyline import NARROWEST, WIDTH, skyline, spans
from tests.report.evaluations import NOW, evaluation
from tests.report.status.boards import ENGLISH, ago, board, watched

DAY = ago(hours=24)
LAYER = Layer.INFRASTRUCTURE


def change(level: Level | None, layer: Layer = LAYER, **lasting: float) -> LevelChange:
    return LevelChange(ago(**lasting), layer, level)


def drawn(*changes: LevelChange) -> tuple[list[tuple[Level, int, int]], str]:
    found = list(spans(changes, LAYER, start=DAY, end=NOW))
    made = skyline(found, ENGLISH, start=DAY, end=NOW)
    return [(one.level, one.x, one.width) for one in made.blocks], made.told


def test_one_level_is_one_block() -> None:
    assert drawn(change(Level.WARNING, days=3)) == (
        [(Level.WARNING, 0, WIDTH)],
        "warnings throughout",
    )


def test_what_lasted_for_minutes_can_be_seen_and_is_told() -> None:
    blocks, told = drawn(
        change(Level.CONFORMS, days=3),
        change(Level.CRITICAL, hours=16, minutes=3),
        change(Level.CONFORMS, hours=16),
    )

    (critical,) = (one for one in blocks if one[0] is Level.CRITICAL)
    assert critical[2] == NARROWEST
    assert blocks[-1] is critical  # over what is better
    assert told == "conforms since 11 Nov 13:30, critical for 3 min"


def test_what_nobody_watched_is_not_drawn() -> None:
    blocks, _ = drawn(change(Level.CONFORMS, hours=12))

    assert blocks == [(Level.CONFORMS, 500, 500)]
    assert drawn() == ([], "not watched")


def test_a_layer_of_which_nothing_is_judged_any_more_ends() -> None:
    blocks, _ = drawn(change(Level.CONFORMS, hours=24), change(None, hours=12))

    assert blocks == [(Level.CONFORMS, 0, 500)]


def test_other_layers_do_not_matter() -> None:
    assert drawn(change(Level.CRITICAL, Layer.GITOPS, hours=1)) == ([], "not watched")


KEPT = (change(Level.WARNING, hours=20), change(Level.CONFORMS, hours=10))


def kept(*changes: LevelChange, trouble: str = "") -> LayerLevels:
    return LayerLevels(changes, None if trouble else ago(minutes=5), trouble)


def shown(told: LayerLevels | None, *own: LevelChange, watching: datetime) -> str:
    known: dict[type, object] = {} if told is None else {LayerLevels: told}
    outcome = evaluation(facts=Facts(known))
    made = board(watched(outcome, since=watching, levels=own))
    layer = next(one for one in layers(made, ENGLISH) if one.layer is LAYER)
    return f"{layer.skyline.told} | {witness(made, ENGLISH)}"


def test_what_was_before_anybody_watched_is_what_prometheus_keeps() -> None:
    own = change(Level.CRITICAL, minutes=2)

    assert shown(kept(*KEPT), own, watching=own.at) == (
        "critical since 05:28:00, warnings for 10 h, conforms for 9 h 58 min"
        " | last 24 hours by Prometheus"
    )


def test_what_was_seen_here_counts_where_prometheus_lags_behind() -> None:
    own = (change(Level.CONFORMS, days=2), change(Level.CRITICAL, minutes=2))

    told = shown(kept(*KEPT), *own, watching=own[0].at)

    assert told.startswith("critical since 05:28:00, warnings for 10 h")


def test_a_change_that_was_seen_here_took_place_then() -> None:
    own = (change(Level.CONFORMS, days=2), change(Level.WARNING, hours=9, minutes=57))
    blurred = kept(change(Level.CONFORMS, hours=24), change(Level.WARNING, hours=10))

    told = shown(blurred, *own, watching=own[0].at)

    assert told.startswith("warnings since 11 Nov 19:33, conforms for 14 h 3 min")


def test_a_layer_that_prometheus_saw_and_nobody_here_ends_where_prometheus_ends() -> None:
    elsewhere = change(Level.CONFORMS, Layer.GITOPS, days=2)

    told = shown(kept(*KEPT), elsewhere, watching=elsewhere.at)

    assert told.startswith("conforms since 11 Nov 19:30")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        pytest.param(None, "last 24 hours, now at the right", id="nobody is asked"),
        pytest.param(
            kept(), "last 24 hours as remembered here, Prometheus has none of it", id="no rules"
        ),
        pytest.param(
            kept(trouble="status 503"),
            "last 24 hours as remembered here, for Prometheus says: status 503",
            id="it fails",
        ),
    ],
)
def test_without_prometheus_it_is_what_is_remembered(told: LayerLevels | None, said: str) -> None:
    own = change(Level.WARNING, days=2)

    assert shown(told, own, watching=own.at) == f"warnings throughout | {said}"
