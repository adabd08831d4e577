"""The validation report as a whole: its title and its chapters in their order."""

from exporter.report.chapters import (
    closing,
    delivery,
    monitoring,
    nodes,
    outcome,
    scope,
    summary,
)
from exporter.report.chapters.cells import Cells
from exporter.report.overview import Overview
from exporter.report.paper import Paper
from exporter.report.texts import Texts

CHAPTERS = (
    summary.overview,
    summary.deviations,
    scope.compared,
    nodes.configuration,
    nodes.scheduling_rules,
    delivery.pipeline,
    delivery.deployment,
    monitoring.system,
    outcome.results,
    outcome.indicators,
    closing.waiting,
    closing.recommendations,
    closing.unseen,
    closing.sources,
)


def paper(view: Overview, *, texts: Texts) -> Paper:
    """Return the report on *view* in the words of *texts*."""
    cells = Cells(view, texts)
    title = texts.say("Cluster validation report")
    return Paper(
        lang=texts.lang,
        title=f"{title}: {view.cluster}" if view.cluster else title,
        sections=tuple(chapter(cells) for chapter in CHAPTERS),
    )
