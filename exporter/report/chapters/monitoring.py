"""Whether the cluster's monitoring sees what the code declares."""

from exporter.domain.finding import Layer
from exporter.report.chapters.cells import Cells
from exporter.report.paper import Paragraph, Section


def system(cells: Cells) -> Section:
    """Return every finding of the observability layer, check by check."""
    say = cells.texts.say
    layer = next(layer for layer in cells.view.layers if layer.layer is Layer.OBSERVABILITY)
    if layer.score is None:
        unnamed = say(
            "It was not checked: the settings name no Prometheus, Alertmanager or Grafana to ask."
        )
        return Section(title=say("Monitoring system"), blocks=(Paragraph(unnamed),))
    head = (
        *(say("Item"), say("Subject"), say("Expected"), say("Actual"), say("Detail")),
        say("Result"),
    )
    rows = [
        (
            say(row.title),
            cells.subject(row.finding.subject),
            cells.value(row.finding.declared),
            cells.value(row.finding.observed),
            row.finding.detail,
            cells.verdict(row.finding.verdict),
        )
        for row in cells.view.monitoring
    ]
    none = Paragraph(say("Nothing is declared that could be checked."))
    return Section(title=say("Monitoring system"), blocks=cells.table(head, rows) or (none,))
