"""Every check is evidence for controls of every framework, and every control is a real one."""

import re

import pytest

from exporter.checks import ALL
from exporter.report import controls
from exporter.report.texts import Lang

SHAPES = {
    "isms-p": re.compile(r"[123]\.\d{1,2}\.\d{1,2}"),
    "iso27001": re.compile(r"A\.[5678]\.\d{1,2}"),
    "soc2": re.compile(r"(CC[1-9]|A1|C1|PI1|P[1-8])\.\d"),
}
"""How each framework numbers its controls."""


def test_the_mapping_is_complete_over_all_checks_and_names_no_other() -> None:
    assert controls.mapped().checks.keys() == {check.id for check in ALL}


@pytest.mark.parametrize("framework", SHAPES)
def test_every_check_is_evidence_for_a_control_of(framework: str) -> None:
    known = controls.mapped().frameworks[framework].controls

    for check, cited in controls.mapped().checks.items():
        assert cited.keys() == SHAPES.keys(), check
        assert cited[framework], check
        assert set(cited[framework]) <= known.keys(), check


@pytest.mark.parametrize("framework", SHAPES)
def test_every_control_is_cited_numbered_as_its_framework_does_and_has_titles(
    framework: str,
) -> None:
    known = controls.mapped().frameworks[framework].controls

    cited = {each for checks in controls.mapped().checks.values() for each in checks[framework]}
    assert cited == known.keys()
    for control, titles in known.items():
        assert SHAPES[framework].fullmatch(control)
        assert titles.keys() == set(Lang)
        assert all(titles.values())


def test_ids_are_tokens_of_oscal_and_differ() -> None:
    tokens = [
        controls.token(framework, control)
        for framework, known in controls.mapped().frameworks.items()
        for control in known.controls
    ]

    assert len(set(tokens)) == len(tokens)
    assert all(re.fullmatch(r"[^\W\d][\w.-]*", token) for token in tokens)
