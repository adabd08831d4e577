"""The validation report as a whole: its title and its chapters in their order."""

from exporter.report.chapters import audit, closing, delivery, monitoring, nodes, outcome, summary
from exporter.report.chapters.cells import Cells
from exporter.report.chapters.deviations import deviations
from exporter.report.overview import Overview
from exporter.report.paper import Paper
from exporter.report.texts import Texts

CHAPTERS = (
    summary.overview,
    deviations,
    nodes.configuration,
    nodes.scheduling_rules,
    delivery.pipeline,
    delivery.deployment,
    monitoring.system,
    outcome.results,
    closing.waiting,
    closing.recommendations,
    closing.sources,
    audit.evidence,
)


def paper(view: Overview, *, texts: Texts) -> Paper:
    """Return the report on *view* in the words of *texts*."""
    cells = Cells(view, texts)
    return Paper(
        lang=texts.lang,
        title=texts.say("Cluster validation report"),
        subtitle=" · ".join(filter(None, (view.cluster, texts.instant(view.at)))),
        sections=tuple(chapter(cells) for chapter in CHAPTERS),
        contents=texts.say("Contents"),
    )
