"""The published figures are what was counted."""

import pytest

from tests.oracle import figures
from tests.oracle.argocd.answers import answers
from tests.oracle.figures import Figures, Outcome, counted, recorded, seeds


def test_outcomes_are_counted_by_what_they_are() -> None:
    outcomes = [Outcome.EQUAL, Outcome.EQUAL, Outcome.UNRESOLVED, Outcome.DIFFERENT]

    found = counted(outcomes, language="x", tool="y", version="1")

    assert (found.cases, found.equal, found.unresolved, found.different) == (4, 2, 1, 1)


def test_figures_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        Figures(language="x", tool="y", version="1", cases=3, equal=1, unresolved=0, different=0)


def test_no_language_differs_from_its_tool() -> None:
    assert [entry.language for entry in recorded() if entry.different] == []


def test_a_language_is_published_once() -> None:
    languages = [entry.language for entry in recorded()]

    assert sorted(set(languages)) == languages


def test_what_is_committed_of_argo_cd_is_all_that_it_was_asked() -> None:
    asked = sum(len(section) for section in answers().values())

    published = {entry.language: entry.cases for entry in recorded()}

    assert published["Argo CD's rules and sources"] == asked


@pytest.mark.skipif(bool(figures.SECONDS), reason="make oracle tries new seeds")
def test_without_time_only_the_fixed_seeds_are_tried() -> None:
    assert list(seeds(1, 2)) == [1, 2]


def test_a_whole_count_goes_on_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "SECONDS", 1e-9)
    monkeypatch.setattr(figures, "WHOLE", True)
    tried: list[int] = []

    for seed in seeds(tried=tried, least=3):
        tried += [seed]

    assert len(tried) == 3
