"""The way of commits to their Applications: when each step was taken, and what keeps them."""

from exporter.domain.flow import ApplicationFlow, FlowStep, Reached
from exporter.report.chapters.cells import NOT_APPLICABLE, Cells
from exporter.report.paper import Section

_SHORT = 8


def ways(cells: Cells) -> tuple[Section, ...]:
    """Return each Application that deploys from the repository with the steps of its commit."""
    say, flows = cells.texts.say, cells.view.evaluation.flows
    if not flows:
        return ()
    head = (
        *(say("Application"), say("Commit"), say("Committed"), say("Seen by Argo CD")),
        *(say("Synced"), say("Rolled out"), say("Pods ready"), say("Endpoints ready")),
        *(say("Scraped"), say("Behind"), say("What keeps it")),
    )
    rows = [_row(cells, flow) for _, flow in sorted(flows.items())]
    return (Section(say("The way of the commits"), cells.table(head, rows)),)


def _row(cells: Cells, flow: ApplicationFlow) -> tuple[str, ...]:
    reached = {one.step: one for one in flow.reached}
    return (
        str(flow.application),
        flow.commit[:_SHORT],
        *(_step(cells, step, reached.get(step), flow) for step in FlowStep),
        _behind(cells, flow),
        "; ".join(map(cells.texts.detail, flow.notes)) or NOT_APPLICABLE,
    )


def _step(cells: Cells, step: FlowStep, reached: Reached | None, flow: ApplicationFlow) -> str:
    """Return when a step was taken; that it was, that it was not, or that there is none."""
    if reached is None:
        return cells.texts.say("not yet") if step in flow.missing else NOT_APPLICABLE
    return cells.texts.instant(reached.at) if reached.at else cells.texts.say("earlier")


def _behind(cells: Cells, flow: ApplicationFlow) -> str:
    """Return how many commits lack, and since when the first does, as far as either is known."""
    if flow.behind is None and not flow.late:
        return cells.unseen()
    parts = [cells.texts.number(flow.behind)] if flow.behind is not None else []
    if flow.late:
        first = cells.texts.instant(cells.view.at - flow.late)
        parts.append(cells.texts.say("since {instant}", instant=first))
    return ", ".join(parts)
