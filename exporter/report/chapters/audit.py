"""Which controls of which frameworks the findings are evidence for."""

from exporter.domain.finding import Verdict
from exporter.report import controls
from exporter.report.chapters.cells import Cells
from exporter.report.paper import Cell, Paragraph, Section


def evidence(cells: Cells) -> Section:
    """Return the controls of every framework: the worst result of each, and how many match."""
    say, frameworks = cells.texts.say, controls.mapped().frameworks
    meaning = say(
        "The checks are evidence for these controls, and not all that the controls ask for. An "
        "item counts for each control that its check speaks of."
    )
    head = (say("Control"), say("Result"), say("Matching / all"), say("Checks"))
    rows = [
        _row(cells, f"{known.title} {control} {titles[cells.texts.lang]}", checks)
        for framework, known in frameworks.items()
        for control, titles in known.controls.items()
        if (checks := _checks(cells, framework, control))
    ]
    none = Paragraph(say("Nothing is declared that could be checked."))
    return Section(
        title=say("Controls of ISMS-P, ISO 27001 and SOC 2"),
        blocks=(Paragraph(meaning), *(cells.table(head, rows) or (none,))),
        anchor="controls",
    )


def _checks(cells: Cells, framework: str, control: str) -> list[str]:
    """Return the checks that have subjects and speak of a control."""
    checks = (check.id for check in cells.view.evaluation.checks)
    by_check = cells.view.evaluation.by_check
    return [
        check
        for check in checks
        if by_check.get(check) and control in controls.of_check(check).get(framework, ())
    ]


def _row(cells: Cells, control: str, checks: list[str]) -> tuple[Cell | str, ...]:
    scores = [cells.view.evaluation.scores[check].counts for check in checks]
    matching = sum(counts[Verdict.PASS] for counts in scores)
    total = sum(sum(counts.values()) for counts in scores)
    found = [finding for check in checks for finding in cells.view.evaluation.by_check[check]]
    return (
        control,
        cells.worst_of(found),
        f"{cells.texts.number(matching)} / {cells.texts.number(total)}",
        ", ".join(checks),
    )
