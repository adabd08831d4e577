"""How workloads are delivered, deployed and placed: Argo CD, Kustomize, the scheduler."""

from exporter.domain.check import Chapter
from exporter.report.chapters.cells import Cells
from exporter.report.paper import Cell, Paragraph, Section
from exporter.report.rows import ApplicationRow, WorkloadRow


def pipeline(cells: Cells) -> Section:
    """Return every Application with its sync status and health."""
    say = cells.texts.say
    head = (
        *(say("Application"), say("Source path"), say("Revision"), say("Sync status")),
        *(say("Health"), say("Declared at"), say("Result")),
    )
    rows = [_application(cells, application) for application in cells.view.applications]
    counted = (Paragraph(_synced(cells)),) if rows else ()
    none = Paragraph(say("The code declares no Applications that could be read."))
    return Section(
        title=say("GitOps pipeline"),
        blocks=(*counted, *(cells.table(head, rows) or (none,))),
    )


def _synced(cells: Cells) -> str:
    say, rows = cells.texts.say, cells.view.applications
    total = cells.texts.number(len(rows))
    if any(row.present is None for row in rows):
        return say(
            "The code declares {total} Applications; not all of the cluster's could be read.",
            total=total,
        )
    return say(
        "Of {total} declared Applications, {present} exist, {synced} are Synced and {healthy} are "
        "Healthy.",
        total=total,
        present=cells.texts.number(sum(row.present is True for row in rows)),
        synced=cells.texts.number(sum(row.sync == "Synced" for row in rows)),
        healthy=cells.texts.number(sum(row.health == "Healthy" for row in rows)),
    )


def _application(cells: Cells, row: ApplicationRow) -> tuple[Cell | str, ...]:
    absent = cells.texts.say("missing") if row.present is False else None
    return (
        str(row.key),
        cells.names(row.paths),
        cells.names(row.revisions),
        absent or cells.text(row.sync),
        absent or cells.text(row.health),
        cells.place((row.place,)),
        cells.worst(row.verdicts.values()),
    )


def deployment(cells: Cells) -> Section:
    """Return every workload with its replicas and images, and where its pods run."""
    say = cells.texts.say
    rows = cells.view.workloads
    if not rows:
        none = Paragraph(say("The code declares no workloads that could be read."))
        return Section(title=say("Kustomize deployment and pod scheduling"), blocks=(none,))
    return Section(
        title=say("Kustomize deployment and pod scheduling"),
        blocks=(Paragraph(_ready(cells)),),
        parts=(_workloads(cells), _placement(cells)),
    )


def _ready(cells: Cells) -> str:
    say, rows = cells.texts.say, cells.view.workloads
    total = cells.texts.number(len(rows))
    if any(row.present is None for row in rows):
        return say(
            "The code declares {total} workloads; not all of the cluster's could be read.",
            total=total,
        )
    return say(
        "Of {total} declared workloads, {present} exist and {ready} have all their pods ready.",
        total=total,
        present=cells.texts.number(sum(row.present is True for row in rows)),
        ready=cells.texts.number(sum(_is_ready(row) for row in rows)),
    )


def _is_ready(row: WorkloadRow) -> bool:
    return row.ready is not None and row.desired is not None and row.ready >= row.desired


def _workloads(cells: Cells) -> Section:
    say = cells.texts.say
    head = (
        *(say("Overlay"), say("Workload"), say("Expected replicas"), say("Desired replicas")),
        *(say("Ready"), say("Images"), say("Result")),
    )
    rows = [
        (
            workload.overlay or cells.nothing(),
            str(workload.key),
            cells.between(workload.minimum, workload.maximum),
            _counted(cells, row=workload, number=workload.desired),
            _counted(cells, row=workload, number=workload.ready),
            cells.names(workload.images),
            cells.result(workload.verdicts, Chapter.WORKLOADS),
        )
        for workload in cells.view.workloads
    ]
    return Section(say("Workloads"), cells.table(head, rows))


def _counted(cells: Cells, *, row: WorkloadRow, number: int | None) -> str:
    return cells.texts.say("missing") if row.present is False else cells.number(number)


def _placement(cells: Cells) -> Section:
    say = cells.texts.say
    head = (say("Workload"), say("Node selector"), say("Nodes with its pods"), say("Result"))
    rows = [
        (
            str(workload.key),
            cells.pairs(workload.node_selector),
            _nodes(cells, workload),
            cells.result(workload.verdicts, Chapter.PLACEMENT),
        )
        for workload in cells.view.workloads
    ]
    return Section(say("Pod scheduling"), cells.table(head, rows))


def _nodes(cells: Cells, row: WorkloadRow) -> str:
    """Return the nodes on which pods run with their numbers; pods without a node wait for one."""
    if row.present is False:
        return cells.nothing()
    if row.placement is None:
        return cells.unseen()
    waiting = cells.texts.say("no node")
    pods = [f"{node or waiting} ({n})" for node, n in row.placement.items()]
    return cells.names(pods, limit=5)
