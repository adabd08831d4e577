"""The level of each layer is remembered whenever it changes, and by nobody else."""

from exporter.domain.finding import Finding, Layer
from exporter.domain.skyline import Level, LevelChange
from exporter.runtime.levels import KEPT, Levels
from tests.runtime.judging import Judging, failing, minutes, passing, unknown

APPLICATIONS = Layer.APPLICATIONS


def levels_of(judging: Judging) -> Levels:
    assert judging.history is not None
    return judging.history.levels


def see(judging: Judging, at: float, *found: Finding) -> None:
    outcome = judging.see(at, *found)
    assert judging.history is not None
    judging.history.levels.note(outcome.checks, judging.history.judged, at=outcome.at)


def test_only_changes_are_remembered() -> None:
    judging = Judging()

    for at, found in enumerate((passing(), passing(), failing(), failing(), unknown())):
        see(judging, at, found)

    assert list(levels_of(judging).changes) == [
        LevelChange(minutes(0), APPLICATIONS, Level.CONFORMS),
        LevelChange(minutes(2), APPLICATIONS, Level.CRITICAL),
        LevelChange(minutes(4), APPLICATIONS, Level.UNKNOWN),
    ]
    assert levels_of(judging).began == minutes(0)


def test_a_layer_that_is_not_judged_any_more_has_no_level() -> None:
    judging = Judging()
    see(judging, 0, passing())

    levels_of(judging).note((), {}, at=minutes(1))

    assert levels_of(judging).changes[-1] == LevelChange(minutes(1), APPLICATIONS, None)


def test_a_restart_goes_on_where_it_ended() -> None:
    judging = Judging()
    see(judging, 0, failing())
    known = levels_of(judging)

    after = Levels.of(known.changes, began=known.began)
    judged = judging.history.judged if judging.history else {}
    after.note(judging.see(5, failing()).checks, judged, at=minutes(5))

    assert list(after.changes) == list(known.changes)
    assert after.began == minutes(0)


def test_memory_has_an_end() -> None:
    changes = (LevelChange(minutes(at), APPLICATIONS, Level.UNKNOWN) for at in range(2 * KEPT))

    assert len(Levels.of(changes, began=None).changes) == KEPT
