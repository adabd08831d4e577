"""Reads the Ansible declaration: the inventory first, then the tasks that concern its nodes."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from exporter.declared.ansible.ansible_inventory import read_inventory
from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.evaluation import evaluate
from exporter.declared.ansible.expanded_playbooks import ExpandedPlaybooks
from exporter.declared.ansible.extents import Extent
from exporter.declared.ansible.failure_items import account_for_failures
from exporter.declared.ansible.host_patterns import HostPatterns
from exporter.declared.ansible.host_selection import select_hosts
from exporter.declared.ansible.inventory import Inventory
from exporter.declared.ansible.inventory_nodes import InventoryNodes
from exporter.declared.ansible.inventory_variables import InventoryVariables, read_variables
from exporter.declared.ansible.node_gaps import NodeGaps
from exporter.declared.ansible.node_keywords import ANSIBLE_ATTRIBUTES, TASK_ATTRIBUTES
from exporter.declared.ansible.node_state import NodeState
from exporter.declared.ansible.play_hosts import PlayHostFinder
from exporter.declared.ansible.playbook_expander import PlaybookExpander
from exporter.declared.ansible.playbooks import playbook_paths
from exporter.declared.ansible.task_evaluator import TaskEvaluator
from exporter.declared.ansible.task_variables import VariableEnvironment
from exporter.declared.ansible.tasks import UnreadTasks
from exporter.declared.ansible.templates import ExhaustedError, Templates
from exporter.declared.ansible.variable_names import attributes_of_variables
from exporter.declared.checkout import Checkout
from exporter.domain.declaration import (
    PRESENT,
    Failure,
    NodeGap,
    NodeStatement,
    Reading,
    Unresolved,
)
from exporter.domain.errors import ReadError, Reason
from exporter.domain.items import Item
from exporter.domain.monitoring.stack import StackGap, StackStatement
from exporter.domain.provenance import Place, Source
from exporter.settings.declared import AnsibleSettings


async def read(settings: AnsibleSettings, *, checkout: Checkout) -> Reading:
    """Return what the inventory and the playbooks declare of nodes.

    Never raises for what stands in the repository: a part that cannot be read is a failure in
    the reading, a gap tells what it could have said, and the rest is there. Without its inventory
    a reading is not complete.
    """
    inventory = await read_inventory(settings.inventory, checkout=checkout)
    reader = _Reader(settings=settings, inventory=inventory, documents=Documents(checkout))
    return await asyncio.to_thread(reader.read)


@dataclass(slots=True, kw_only=True)
class _TaskResults:
    """What tasks leave on nodes and install, and what of it is not known."""

    nodes: tuple[NodeStatement, ...]
    gaps: tuple[NodeGap, ...]
    stack: tuple[StackStatement, ...]
    stack_gaps: tuple[StackGap, ...]
    items: tuple[Item, ...]


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Evaluates one repository; failures and open questions are kept once each, in their order.

    *node_gaps* is what of the inventory's nodes is not known.
    """

    settings: AnsibleSettings
    inventory: Inventory
    documents: Documents
    failures: dict[Failure, None] = field(default_factory=dict)
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    node_gaps: NodeGaps = field(default_factory=NodeGaps)
    unread_tasks: list[UnreadTasks] = field(default_factory=list)
    complete: bool = True

    def read(self) -> Reading:
        self._note(self.inventory.failures, self.inventory.unresolved)
        self.complete = self.inventory.complete
        playbooks = self._playbooks()
        expanded = PlaybookExpander(self.documents).expand(playbooks)
        self._note(expanded.failures, expanded.unresolved)
        environment = VariableEnvironment(
            variables=self._variables(playbooks),
            host_patterns=HostPatterns(self.inventory.hosts, self.inventory.members),
            set_at_run_time=expanded.set_at_run_time,
            included=expanded.all_included,
            templates=Templates(strict_conditions=self.settings.strict_conditions),
        )
        nodes = InventoryNodes(
            environment=environment, inventory=self.inventory, node_gaps=self.node_gaps
        )
        listed = self._listed(nodes, expanded)
        gaps = tuple(self.node_gaps.gaps(lambda _: len(listed)))
        stated = self._evaluate_tasks(listed, gaps, expanded, nodes)
        reading = Reading(
            source=Source.ANSIBLE,
            nodes=(*listed, *stated.nodes),
            stack=stated.stack,
            stack_gaps=stated.stack_gaps,
            unresolved=tuple(self.unresolved),
            failures=tuple(self.failures),
            items=(*expanded.absent.values(), *stated.items, *expanded.object_tasks.items()),
            gaps=(*gaps, *stated.gaps),
            complete=self.complete,
        )
        task_files = expanded.unread_files | {tasks.place.path for tasks in self.unread_tasks}
        return account_for_failures(
            reading, inventory=self.inventory.failures, task_files=task_files
        )

    def _note(
        self, failures: Iterable[Failure] = (), unresolved: Iterable[Unresolved] = ()
    ) -> None:
        self.failures.update(dict.fromkeys(failures))
        self.unresolved.update(dict.fromkeys(unresolved))

    def _failed(self, error: ReadError, *, path: str, part: str = "") -> Failure:
        failure = self.documents.checkout.failure(Source.ANSIBLE, error, path=path, part=part)
        self._note([failure])
        return failure

    def _playbooks(self) -> list[str]:
        found: list[str] = []
        for pattern in self.settings.playbooks:
            try:
                found += playbook_paths(pattern, documents=self.documents)
            except ReadError as error:
                lost = self._failed(error, path=pattern, part=pattern)
                self.unread_tasks.append(
                    UnreadTasks(place=lost.place, message=lost.message, attributes=TASK_ATTRIBUTES)
                )
        return list(dict.fromkeys(found))

    def _variables(self, playbooks: Sequence[str]) -> InventoryVariables:
        """Read the variables beside the inventory, and those beside the playbooks over them."""
        own = self.settings.inventory
        folder = own if self.documents.checkout.is_dir(own) else _parent(own)
        folders = [folder, *(_parent(path) for path in playbooks)]
        variables = read_variables(self.inventory, folders=folders, documents=self.documents)
        self._note(variables.failures)
        return variables

    def _listed(self, nodes: InventoryNodes, expanded: ExpandedPlaybooks) -> list[NodeStatement]:
        """Return what the inventory's hosts are as nodes."""
        broken = {failure.place for failure in self.inventory.failures}
        for file in self.inventory.unread:
            attributes = (
                ANSIBLE_ATTRIBUTES
                if file.text is None or file.place in broken
                else attributes_of_variables(file.text)
            )
            self._note_inventory_gap(
                file.place, file.message, attributes, lists=not self.inventory.complete
            )
        listed: list[NodeStatement] = []
        try:
            hosts = select_hosts(self.inventory, self.settings) if self.inventory.hosts else []
            listed = nodes.statements(hosts, expanded.layers)
        except ReadError as error:
            lost = self._failed(error, path=self.settings.inventory)
            self._note_inventory_gap(lost.place, lost.message)
        self._note(unresolved=nodes.unresolved)
        self.complete = self.complete and nodes.complete
        return listed

    def _note_inventory_gap(
        self,
        place: Place,
        message: str,
        attributes: frozenset[str] = ANSIBLE_ATTRIBUTES,
        *,
        lists: bool = True,
    ) -> None:
        """Note that the inventory may declare more of any node, and if it *lists*, more nodes."""
        self.complete = self.complete and not lists
        extent = Extent(attributes | {PRESENT} if lists else attributes)
        self.node_gaps.add(extent, place=place, message=message)

    def _evaluate_tasks(
        self,
        listed: Sequence[NodeStatement],
        gaps: Sequence[NodeGap],
        expanded: ExpandedPlaybooks,
        nodes: InventoryNodes,
    ) -> _TaskResults:
        """Return what the tasks of all playbooks together leave on nodes, and set up beside."""
        node_state = NodeState(
            inventory=tuple(node.name for node in listed),
            known={
                node.name: {key: label.value for key, label in node.labels.items()}
                for node in listed
            },
            listed=gaps,
            complete=self.complete,
        )
        host_finder = PlayHostFinder(environment=nodes.environment, complete=self.complete)
        evaluator = TaskEvaluator(
            environment=nodes.environment,
            node_state=node_state,
            documents=self.documents,
            included=expanded.included,
            node_names=nodes.names,
        )
        if exhausted := evaluate(
            [*expanded.steps, *self.unread_tasks], evaluator=evaluator, host_finder=host_finder
        ):
            lost = self._exhausted(exhausted.error, part=exhausted.playbook)
            node_state.node_gaps.add(
                Extent(TASK_ATTRIBUTES), place=lost.place, message=lost.message
            )
        self._note(unresolved=evaluator.unresolved)
        self._note(unresolved=node_state.unresolved)
        return _TaskResults(
            nodes=node_state.statements(),
            gaps=node_state.gaps(len(listed)),
            stack=tuple(evaluator.releases.statements),
            stack_gaps=tuple(evaluator.releases.gaps),
            items=tuple(host_finder.items()),
        )

    def _exhausted(self, error: ExhaustedError, *, part: str) -> Failure:
        lost = ReadError(str(error), reason=Reason.TIMEOUT, advice="name fewer playbooks")
        return self._failed(lost, path=part or self.settings.inventory, part=part)


def _parent(path: str) -> str:
    return PurePosixPath(path).parent.as_posix()
