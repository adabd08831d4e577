"""What pages show is made when somebody looks, and beforehand while somebody does."""

from datetime import timedelta
from pathlib import Path

import pytest

from exporter.app.views import LINGERING, PATHS, Readers, Seen, files, views
from exporter.domain.published import Asked, View
from exporter.domain.state import State
from exporter.settings.load import load
from tests.report.evaluations import evaluation, finding

EXAMPLE = Path(__file__).parents[2] / "examples" / "reference-cluster"


class Clock:
    """Goes as it is told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def seen() -> Seen:
    return Seen(evaluation(finding()), load(EXAMPLE / "conformance.yaml"))


def made(readers: Readers, *, of: Seen | None = None) -> dict[str, View]:
    return views(
        of or seen(),
        declared=State(),
        telemetry_path="/metrics",
        lasting=timedelta(minutes=1),
        readers=readers,
    )


def test_every_path_has_a_view() -> None:
    assert set(made(Readers())) == set(PATHS)


def test_files_stand_in_no_view_s_way() -> None:
    assert not set(files()) & set(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_every_view_answers(path: str) -> None:
    answer = made(Readers())[path](Asked())

    assert answer.status == (404 if "{" in path else 200)


def test_somebody_who_looked_is_around_for_a_while() -> None:
    clock = Clock()
    readers = Readers(clock=clock)
    before = readers.around

    made(readers)["/"](Asked())
    soon, clock.now = readers.around, clock.now + LINGERING
    late = readers.around

    assert (before, soon, late) == (False, True, False)


def test_it_is_made_when_somebody_looks() -> None:
    one = seen()
    page = made(Readers(), of=one)["/"]
    before = one.made

    page(Asked())

    assert (before, one.made) == (False, True)
    assert one.board() is one.board()
    assert one.overview() is one.overview()


def test_while_somebody_is_around_it_is_made_beforehand() -> None:
    one, readers = seen(), Readers()
    readers.came()

    made(readers, of=one)

    assert one.made
