"""A skyline shows every level that was, also the short ones, and tells the same in words."""

from exporter.domain.finding import Layer
from exporter.domain.skyline import Level, LevelChange
from exporter.report.status.skyline import NARROWEST, WIDTH, skyline, spans
from tests.report.evaluations import NOW
from tests.report.status.boards import ENGLISH, ago

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
