"""Nodes and their groups; labels, taints and tolerations."""

from collections.abc import Iterable

from exporter.domain.check import Chapter
from exporter.domain.finding import Verdict
from exporter.domain.nodes import ConditionStatus
from exporter.report.chapters import listed
from exporter.report.chapters.cells import Cells
from exporter.report.paper import Cell, Paragraph, Section
from exporter.report.rows import GroupRow, NodeRow


def configuration(cells: Cells) -> Section:
    """Return how many nodes of which group there are, and how each of them is."""
    say = cells.texts.say
    return Section(
        title=say("Node configuration"),
        blocks=(Paragraph(_counted(cells)),),
        parts=(
            _groups(cells),
            _nodes(cells),
            *listed.subjects(cells, Chapter.COMPONENTS, title=say("Components of the cluster")),
            *listed.subjects(cells, Chapter.CLOUD, title=say("Cloud")),
        ),
        anchor="nodes",
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
        *(say("Node group"), say("Result"), say("Expected"), say("Actual"), say("Ready")),
        say("Missing nodes"),
    )
    rows = [_group(cells, group) for group in cells.view.groups]
    return Section(
        say("Node groups"),
        cells.table(head, rows) or (Paragraph(say("No groups of nodes are declared.")),),
    )


def _group(cells: Cells, row: GroupRow) -> tuple[Cell | str, ...]:
    return (
        row.name or cells.texts.say("without a group"),
        cells.verdict(_group_verdict(row), cells.severity({"node_group_size"})),
        _expected(cells, row),
        cells.number(row.observed),
        cells.number(row.ready),
        cells.names(row.missing, limit=5),
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
        *(say("Node"), say("Result"), say("Node group"), say("Roles"), say("Status")),
        *(say("Version"), say("Declared at")),
    )
    rows = [
        (
            f"{node.name} ({node.known_as})" if node.known_as else node.name,
            cells.overall(node.verdicts, Chapter.NODES),
            node.group or cells.nothing(),
            cells.names(node.roles),
            _status(cells, node),
            _version(cells, node),
            cells.place(node.places),
        )
        for node in cells.view.nodes
    ]
    meaning = say("The result is that of all checks of a node, of its labels and taints, too.")
    shown = cells.table(head, rows)
    return Section(say("Nodes"), (*shown, Paragraph(meaning)) if shown else _no_nodes(cells))


def _no_nodes(cells: Cells) -> tuple[Paragraph]:
    return (Paragraph(cells.texts.say("No node is declared, and none was seen.")),)


def _version(cells: Cells, row: NodeRow) -> str:
    """Return the version of kubelet, with the declared one where that is another."""
    actual, say = cells.text(row.version), cells.texts.say
    if not row.version_declared:
        return say("{actual} (none declared)", actual=actual)
    if row.verdicts.get("node_version") is Verdict.PASS:
        return actual
    return say("{actual} (declared: {expected})", actual=actual, expected=row.version_declared)


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
        anchor="labels",
        landscape=True,
    )


def _labels(cells: Cells) -> Section:
    say = cells.texts.say
    rows = [
        _compared(
            cells,
            row,
            chapter=Chapter.LABELS,
            expected=cells.pairs(row.labels_declared),
            actual=cells.pairs(row.labels),
        )
        for row in _telling(cells.view.nodes, labels=True)
    ]
    none = Paragraph(say("No labels are declared, and no undeclared ones were seen."))
    return Section(say("Labels"), cells.table(_head(cells), rows) or (none,))


def _taints(cells: Cells) -> Section:
    say = cells.texts.say
    rows = [
        _compared(
            cells,
            row,
            chapter=Chapter.TAINTS,
            expected=cells.names(_written(row.taints_declared)),
            actual=cells.names(_written(row.taints)),
        )
        for row in _telling(cells.view.nodes, labels=False)
    ]
    none = Paragraph(say("No taints are declared, and no undeclared ones were seen."))
    return Section(say("Taints"), cells.table(_head(cells), rows) or (none,))


def _head(cells: Cells) -> tuple[str, ...]:
    say = cells.texts.say
    return (say("Node"), say("Result"), say("Expected"), say("Actual"), say("Declared at"))


def _compared(
    cells: Cells, row: NodeRow, *, chapter: Chapter, expected: str, actual: str
) -> tuple[Cell | str, ...]:
    declared = expected if row.declared else cells.texts.say("not declared")
    return (
        row.name,
        cells.result(row.verdicts, chapter),
        declared,
        cells.same(actual, declared),
        cells.place(row.places),
    )


def _telling(rows: Iterable[NodeRow], *, labels: bool) -> list[NodeRow]:
    """Return the nodes of which there is anything to say; nothing on both sides is nothing."""
    pairs = ((row, _sides(row, labels=labels)) for row in rows)
    return [row for row, sides in pairs if any(side is None or side for side in sides)]


def _sides(row: NodeRow, *, labels: bool) -> tuple[object, object]:
    declared = row.labels_declared if labels else row.taints_declared
    observed = row.labels if labels else row.taints
    return (declared if row.declared else ()), observed


def _written(taints: Iterable[object] | None) -> list[str] | None:
    return None if taints is None else [str(taint) for taint in taints]


def _tolerations(cells: Cells) -> Section:
    say = cells.texts.say
    head = (say("Workload"), say("Result"), say("Node selector"), say("Tolerations"))
    rows = [
        (
            str(workload.key),
            cells.result(workload.verdicts, Chapter.TOLERATIONS),
            cells.pairs(workload.node_selector),
            cells.names(workload.tolerations),
        )
        for workload in cells.view.workloads
        if workload.node_selector is None or workload.node_selector or workload.tolerations
    ]
    none = Paragraph(say("No workload selects nodes or tolerates taints."))
    return Section(say("Tolerations"), cells.table(head, rows) or (none,))
