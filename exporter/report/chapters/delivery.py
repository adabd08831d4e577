"""How workloads are delivered, deployed and placed: Argo CD, Kustomize, the scheduler."""

from exporter.domain.check import Chapter
from exporter.report.chapters import listed
from exporter.report.chapters.cells import NOT_APPLICABLE, Cells
from exporter.report.chapters.ways import ways
from exporter.report.paper import Cell, Paragraph, Section
from exporter.report.rows import ApplicationRow, WorkloadRow

_SHORT = 8
"""Digits of a commit that tell it from others, as Git shows it."""


def pipeline(cells: Cells) -> Section:
    """Return every Application with its sync status and health."""
    say = cells.texts.say
    head = (
        *(say("Application"), say("Result"), say("Source path"), say("Sync status")),
        *(say("Health"), say("Revision"), say("Declared at")),
    )
    rows = [_application(cells, application) for application in cells.view.applications]
    counted = (Paragraph(_synced(cells)),) if rows else ()
    none = Paragraph(say("The code declares no Applications that could be read."))
    return Section(
        title=say("GitOps pipeline"),
        blocks=(*counted, *(cells.table(head, rows) or (none,))),
        parts=ways(cells),
        anchor="gitops",
        landscape=True,
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
        cells.worst(row.verdicts),
        cells.names(row.paths),
        absent or cells.text(row.sync),
        absent or cells.text(row.health),
        _revision(cells, row),
        cells.place((row.place,)),
    )


def _revision(cells: Cells, row: ApplicationRow) -> str:
    """Return the revisions that are declared, and the commits that run."""
    declared = cells.names(row.revisions)
    deployed = [commit[:_SHORT] for commit in row.deployed or () if commit]
    return f"{declared} @ {', '.join(deployed)}" if deployed else declared


def deployment(cells: Cells) -> Section:
    """Return every workload with its replicas, where its pods run, and what they depend on."""
    say = cells.texts.say
    none = Paragraph(say("The code declares no workloads that could be read."))
    workloads = (_workloads(cells), *_waiting(cells)) if cells.view.workloads else ()
    return Section(
        title=say("Deployment and pod scheduling"),
        blocks=(Paragraph(_ready(cells)),) if workloads else (none,),
        parts=(
            *workloads,
            *listed.subjects(cells, Chapter.STRAYS, title=say("Pods that do not belong")),
            *listed.subjects(
                cells, Chapter.DEPENDENCIES, title=say("Services, routes, autoscalers, references")
            ),
            *listed.subjects(cells, Chapter.OBJECTS, title=say("Other objects and Jobs")),
        ),
        anchor="workloads",
        landscape=True,
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
        *(say("Workload"), say("Result"), say("Overlay")),
        *(say("Replicas: expected / actual / ready"), say("Node selector")),
        *(say("Nodes with its pods"), say("Images")),
    )
    rows = [
        (
            str(workload.key),
            cells.overall(workload.verdicts, Chapter.WORKLOADS, Chapter.PLACEMENT),
            workload.overlay or cells.nothing(),
            _replicas(cells, workload),
            cells.pairs(workload.node_selector),
            _nodes(cells, workload),
            cells.names(workload.images),
        )
        for workload in cells.view.workloads
    ]
    return Section(say("Workloads and pod scheduling"), cells.table(head, rows))


def _replicas(cells: Cells, row: WorkloadRow) -> str:
    return " / ".join(
        (
            cells.between(row.minimum, row.maximum),
            _counted(cells, row=row, number=row.desired),
            _counted(cells, row=row, number=row.ready),
        )
    )


def _waiting(cells: Cells) -> tuple[Section, ...]:
    """Return why containers wait, workload by workload; nothing where none of them does."""
    say = cells.texts.say
    head = (say("Workload"), say("Result"), say("Reasons (containers)"), say("What pods tell"))
    rows = [
        (
            str(row.key),
            cells.result(row.verdicts, Chapter.WORKLOADS),
            cells.names([f"{reason} ({n})" for reason, n in row.waiting.items()]),
            "; ".join(map(cells.texts.detail, row.told)) or NOT_APPLICABLE,
        )
        for row in cells.view.workloads
        if row.waiting
    ]
    return (Section(say("Pods that wait"), cells.table(head, rows)),) if rows else ()


def _counted(cells: Cells, *, row: WorkloadRow, number: int | None) -> str:
    return cells.texts.say("missing") if row.present is False else cells.number(number)


def _nodes(cells: Cells, row: WorkloadRow) -> str:
    """Return the nodes on which pods run with their numbers; pods without a node wait for one."""
    if row.present is False:
        return cells.nothing()
    if row.placement is None:
        return cells.unseen()
    waiting = cells.texts.say("no node")
    pods = [f"{node or waiting} ({n})" for node, n in row.placement.items()]
    return cells.names(pods, limit=5)
