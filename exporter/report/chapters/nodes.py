"""Nodes and their groups; labels, taints and tolerations."""

from collections.abc import Iterable

from exporter.domain.check import Chapter
from exporter.domain.finding import Verdict
from exporter.domain.nodes import ConditionStatus
from exporter.report.chapters import cloud
from exporter.report.chapters.cells import Cells
from exporter.report.paper import Cell, Paragraph, Section
from exporter.report.rows import GroupRow, NodeRow


def configuration(cells: Cells) -> Section:
    """Return how many nodes of which group there are, and how each of them is."""
    say = cells.texts.say
    return Section(
        title=say("Node configuration"),
        blocks=(Paragraph(_counted(cells)),),
        parts=(_groups(cells), _nodes(cells), *cloud.resources(cells)),
    )


def _counted(cells: Cells) -> str:
    """Say how many declared nodes are there and Ready, as far as anybody looked."""
    say, number = cells.texts.say, cells.texts.number
    declared = [node for node in cells.view.nodes if node.declared and node.named]
    members = [node for node in cells.view.nodes if node.declared and not node.named]
    total = number(len(declared))
    if members and not declared:
        return say(
            "No node is declared by name; of {total} nodes of declared groups, {ready} are Ready.",
            total=number(len(members)),
            ready=number(sum(row.ready is ConditionStatus.TRUE for row in members)),
        )
    if not declared:
        return say("The code declares no nodes that could be read.")
    if any(row.present is None for row in declared):
        return say("The code declares {total} nodes; the cluster's could not be read.", total=total)
    return say(
        "Of {total} declared nodes, {present} are in the cluster and {ready} are Ready.",
        total=total,
        present=number(sum(row.present is True for row in declared)),
        ready=number(sum(row.ready is ConditionStatus.TRUE for row in declared)),
    )


def _groups(cells: Cells) -> Section:
    say = cells.texts.say
    head = (
        *(say("Node group"), say("Expected"), say("Actual"), say("Ready"), say("Missing nodes")),
        say("Result"),
    )
    rows = [_group(cells, group) for group in cells.view.groups]
    return Section(
        say("Node groups"),
        cells.table(head, rows) or (Paragraph(say("No groups of nodes are declared.")),),
    )


def _group(cells: Cells, row: GroupRow) -> tuple[Cell | str, ...]:
    missing = cells.names(row.missing, limit=5)
    return (
        row.name or cells.texts.say("without a group"),
        _expected(cells, row),
        cells.number(row.observed),
        cells.number(row.ready),
        missing,
        cells.verdict(_group_verdict(row)),
    )


def _expected(cells: Cells, row: GroupRow) -> str:
    if row.unbounded:
        return cells.texts.say("any")
    return cells.between(row.minimum, row.maximum) if row.stated else cells.unseen()


def _group_verdict(row: GroupRow) -> Verdict:
    """Return what the check says; it leaves a missing node to another check, which fails.

    Of nodes without a group, which it does not judge, their number tells.
    """
    verdict = row.verdicts.get("node_group_size")
    if verdict is Verdict.UNKNOWN and row.missing:
        return Verdict.FAIL
    if verdict is None and row.matches is not None:
        return Verdict.PASS if row.matches else Verdict.FAIL
    return verdict or Verdict.UNKNOWN


def _nodes(cells: Cells) -> Section:
    say = cells.texts.say
    head = (
        *(say("Node"), say("Node group"), say("Roles"), say("Status")),
        *(say("Expected version"), say("Actual version"), say("Declared at"), say("Result")),
    )
    rows = [
        (
            f"{node.name} ({node.known_as})" if node.known_as else node.name,
            node.group or cells.nothing(),
            cells.names(node.roles),
            _status(cells, node),
            node.version_declared or say("not declared"),
            cells.text(node.version),
            cells.place(node.places),
            cells.result(node.verdicts, Chapter.NODES),
        )
        for node in cells.view.nodes
    ]
    return Section(say("Nodes"), cells.table(head, rows) or _no_nodes(cells))


def _no_nodes(cells: Cells) -> tuple[Paragraph]:
    return (Paragraph(cells.texts.say("No node is declared, and none was seen.")),)


def _status(cells: Cells, row: NodeRow) -> str:
    say = cells.texts.say
    if row.present is False:
        return say("missing")
    if row.ready is None:
        return cells.unseen()
    ready = "Ready" if row.ready is ConditionStatus.TRUE else "NotReady"
    return f"{ready}, SchedulingDisabled" if row.unschedulable else ready


def scheduling_rules(cells: Cells) -> Section:
    """Return the labels and taints of nodes, and what the workloads tolerate and select."""
    say = cells.texts.say
    return Section(
        title=say("Labels, taints and tolerations"),
        parts=(_labels(cells), _taints(cells), _tolerations(cells)),
    )


def _labels(cells: Cells) -> Section:
    say = cells.texts.say
    head = (say("Node"), say("Expected"), say("Actual"), say("Result"))
    rows = [
        (
            row.name,
            _declared(cells, row=row, text=cells.pairs(row.labels_declared)),
            cells.pairs(row.labels),
            cells.result(row.verdicts, Chapter.LABELS),
        )
        for row in _telling(cells.view.nodes, labels=True)
    ]
    none = Paragraph(say("No labels are declared, and no undeclared ones were seen."))
    return Section(say("Labels"), cells.table(head, rows) or (none,))


def _taints(cells: Cells) -> Section:
    say = cells.texts.say
    head = (say("Node"), say("Expected"), say("Actual"), say("Result"))
    rows = [
        (
            row.name,
            _declared(cells, row=row, text=cells.names(_written(row.taints_declared))),
            cells.names(_written(row.taints)),
            cells.result(row.verdicts, Chapter.TAINTS),
        )
        for row in _telling(cells.view.nodes, labels=False)
    ]
    none = Paragraph(say("No taints are declared, and no undeclared ones were seen."))
    return Section(say("Taints"), cells.table(head, rows) or (none,))


def _telling(rows: Iterable[NodeRow], *, labels: bool) -> list[NodeRow]:
    """Return the nodes of which there is anything to say; nothing on both sides is nothing."""
    pairs = ((row, _sides(row, labels=labels)) for row in rows)
    return [row for row, sides in pairs if any(side is None or side for side in sides)]


def _sides(row: NodeRow, *, labels: bool) -> tuple[object, object]:
    declared = row.labels_declared if labels else row.taints_declared
    observed = row.labels if labels else row.taints
    return (declared if row.declared else ()), observed


def _declared(cells: Cells, *, row: NodeRow, text: str) -> str:
    return text if row.declared else cells.texts.say("not declared")


def _written(taints: Iterable[object] | None) -> list[str] | None:
    return None if taints is None else [str(taint) for taint in taints]


def _tolerations(cells: Cells) -> Section:
    say = cells.texts.say
    head = (say("Workload"), say("Node selector"), say("Tolerations"), say("Result"))
    rows = [
        (
            str(workload.key),
            cells.pairs(workload.node_selector),
            cells.names(workload.tolerations),
            cells.result(workload.verdicts, Chapter.TOLERATIONS),
        )
        for workload in cells.view.workloads
        if workload.node_selector is None or workload.node_selector or workload.tolerations
    ]
    none = Paragraph(say("No workload selects nodes or tolerates taints."))
    return Section(say("Tolerations"), cells.table(head, rows) or (none,))
