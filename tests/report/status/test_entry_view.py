"""Since when something is so is told by the best witness, whatever clients call themselves."""

from datetime import datetime

import pytest
from msgspec import structs

from exporter.domain.finding import Verdict
from exporter.report.status.entry_view import view
from exporter.report.status.titles import counted
from exporter.report.status.words import Words
from tests.report.evaluations import evaluation, finding
from tests.report.status.boards import ENGLISH, KOREAN, ago, board, dated, watched


def age(*, since: datetime, watching: datetime, written: datetime | None, by: str) -> str:
    found = structs.replace(dated(finding(), since), set_by={"/spec/x": by}, set_at=written)
    shown = board(watched(evaluation(found), since=watching))
    (entry,) = shown.to_settle
    return view(entry, shown, ENGLISH).age


def test_who_wrote_it_knows_better_than_who_has_just_begun_to_watch() -> None:
    told = age(since=ago(hours=1), watching=ago(hours=1), written=ago(hours=50), by="kubectl-edit")

    assert told.startswith("2 d 2 h · since ")


@pytest.mark.parametrize("by", ["x 9999-99-99 99:99, Update", "x 2001-01-01 00:00"])
def test_a_date_in_the_name_of_a_client_is_no_date(by: str) -> None:
    told = age(since=ago(hours=30), watching=ago(hours=30), written=None, by=by)

    assert told.startswith("at least 1 d 6 h")


def test_what_a_silent_source_explains_adds_up() -> None:
    found = (
        finding(f"n{at}", Verdict.UNKNOWN, check=f"check_{check}", cause="kubernetes")
        for check in range(7)
        for at in range(3)
    )
    shown = board(evaluation(*found))
    (entry,) = shown.to_settle

    (fact,) = (one for one in view(entry, shown, ENGLISH).facts if one.name == "Explains")

    (piece,) = fact.pieces
    assert piece.text.startswith("21 findings: 3 check_")
    assert piece.text.count("3 check_") == 5
    assert piece.text.endswith(" and 6 more")


@pytest.mark.parametrize(
    ("words", "told"), [(ENGLISH, "7 Deployments"), (KOREAN, "Deployment 7개")]
)
def test_only_english_has_a_plural_of_kinds(words: Words, told: str) -> None:
    assert counted("Deployment", 7, words) == told
