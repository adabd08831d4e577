"""Whether the cluster's monitoring sees what the code declares."""

from exporter.domain.finding import Layer
from exporter.report.chapters.cells import Cells
from exporter.report.paper import Block, Paragraph, Section


def system(cells: Cells) -> Section:
    """Return every finding of the observability layer, check by check."""
    say = cells.texts.say
    layer = next(layer for layer in cells.view.layers if layer.layer is Layer.OBSERVABILITY)
    if layer.score is None:
        unnamed = say(
            "It was not checked: the settings name no Prometheus, Alertmanager or Grafana to ask."
        )
        blocks: tuple[Block, ...] = (Paragraph(unnamed),)
        return Section(
            title=say("Monitoring system"), blocks=blocks, anchor="monitoring", landscape=True
        )
    head = (
        *(say("Item"), say("Result"), say("Subject"), say("Expected"), say("Actual")),
        say("Detail"),
    )
    rows = [
        (
            say(row.title),
            cells.verdict(row.finding.verdict, row.severity),
            cells.subject(row.finding.subject),
            cells.value(row.finding.declared),
            cells.value(row.finding.observed),
            cells.texts.detail(row.finding.detail),
        )
        for row in cells.view.monitoring
    ]
    none = Paragraph(say("Nothing is declared that could be checked."))
    blocks = cells.table(head, rows) or (none,)
    return Section(
        title=say("Monitoring system"), blocks=blocks, anchor="monitoring", landscape=True
    )
