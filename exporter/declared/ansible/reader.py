"""Reads the Ansible declaration: the inventory first, then the tasks that speak about its nodes."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.graph import Inventory
from exporter.declared.ansible.inventory import read_inventory
from exporter.declared.ansible.ledger import Ledger
from exporter.declared.ansible.names import World
from exporter.declared.ansible.nodes import Nodes
from exporter.declared.ansible.patterns import Population
from exporter.declared.ansible.playbooks import playbook_paths
from exporter.declared.ansible.selection import select_hosts
from exporter.declared.ansible.tasks import Tasks
from exporter.declared.ansible.templates import ExhaustedError
from exporter.declared.ansible.unfolding import Unfolded, Unfolder
from exporter.declared.ansible.variables import Variables, read_variables
from exporter.declared.checkout import Checkout
from exporter.domain.declaration import Failure, NodeStatement, Reading, Unresolved
from exporter.domain.errors import ReadError, Reason
from exporter.domain.monitoring.stack import StackStatement
from exporter.domain.provenance import Source
from exporter.settings.model import AnsibleSettings


async def read(settings: AnsibleSettings, *, checkout: Checkout) -> Reading:
    """Return what the inventory and the playbooks say of nodes.

    Never raises for what stands in the repository: a part that cannot be read is a failure in
    the reading, and the rest is there. Without its inventory a reading is not complete.
    """
    inventory = await read_inventory(settings.inventory, checkout=checkout)
    reader = _Reader(settings=settings, inventory=inventory, documents=Documents(checkout))
    return await asyncio.to_thread(reader.read)


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Evaluates one repository; failures and open questions are kept once each, in their order."""

    settings: AnsibleSettings
    inventory: Inventory
    documents: Documents
    failures: dict[Failure, None] = field(default_factory=dict)
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    complete: bool = True

    def read(self) -> Reading:
        self._note(self.inventory.failures, self.inventory.unresolved)
        self.complete = self.inventory.complete
        playbooks = self._playbooks()
        unfolded = Unfolder(self.documents).unfold(playbooks)
        self._note(unfolded.failures, unfolded.unresolved)
        world = World(
            variables=self._variables(playbooks),
            population=Population(self.inventory.hosts, self.inventory.members),
            volatile=unfolded.volatile,
        )
        listed = self._listed(world, unfolded)
        nodes, stack = self._stated_by_tasks(listed, world, unfolded)
        return Reading(
            source=Source.ANSIBLE,
            nodes=(*listed, *nodes),
            stack=stack,
            unresolved=tuple(self.unresolved),
            failures=tuple(self.failures),
            complete=self.complete,
        )

    def _note(
        self, failures: Iterable[Failure] = (), unresolved: Iterable[Unresolved] = ()
    ) -> None:
        self.failures.update(dict.fromkeys(failures))
        self.unresolved.update(dict.fromkeys(unresolved))

    def _failed(self, error: ReadError, *, path: str, part: str = "") -> None:
        self._note([self.documents.checkout.failure(Source.ANSIBLE, error, path=path, part=part)])

    def _playbooks(self) -> list[str]:
        found: list[str] = []
        for pattern in self.settings.playbooks:
            try:
                found += playbook_paths(pattern, documents=self.documents)
            except ReadError as error:
                self._failed(error, path=pattern, part=pattern)
        return list(dict.fromkeys(found))

    def _variables(self, playbooks: Sequence[str]) -> Variables:
        """Read the variables beside the inventory, and those beside the playbooks over them."""
        own = self.settings.inventory
        folder = own if self.documents.checkout.is_dir(own) else _parent(own)
        folders = [folder, *(_parent(path) for path in playbooks)]
        variables = read_variables(self.inventory, folders=folders, documents=self.documents)
        self._note(variables.failures)
        return variables

    def _listed(self, world: World, unfolded: Unfolded) -> list[NodeStatement]:
        """Return what the inventory's hosts are as nodes."""
        nodes = Nodes(world=world, inventory=self.inventory)
        listed: list[NodeStatement] = []
        try:
            hosts = select_hosts(self.inventory, self.settings) if self.inventory.hosts else []
            listed = nodes.statements(hosts, tuple(unfolded.layers.values()))
        except ReadError as error:
            self._failed(error, path=self.settings.inventory)
            self.complete = False
        except ExhaustedError as error:
            self._exhausted(error, part="")
            self.complete = False
        self._note(unresolved=nodes.unresolved)
        self.complete = self.complete and nodes.complete
        return listed

    def _stated_by_tasks(
        self, listed: Sequence[NodeStatement], world: World, unfolded: Unfolded
    ) -> tuple[tuple[NodeStatement, ...], tuple[StackStatement, ...]]:
        """Return what the tasks of all playbooks together leave on nodes, and set up beside."""
        ledger = Ledger(
            inventory=tuple(one.name for one in listed),
            known={
                one.name: {key: said.value for key, said in one.labels.items()} for one in listed
            },
            complete=self.complete,
        )
        tasks = Tasks(world=world, ledger=ledger, checkout=self.documents.checkout)
        for task in unfolded.tasks:
            try:
                tasks.evaluate(task)
            except ExhaustedError as error:
                self._exhausted(error, part=task.around.playbook)
                break
        self._note(unresolved=tasks.unresolved)
        self._note(unresolved=ledger.unresolved)
        return tuple(ledger.statements()), tuple(tasks.stack)

    def _exhausted(self, error: ExhaustedError, *, part: str) -> None:
        lost = ReadError(str(error), reason=Reason.TIMEOUT, advice="name fewer playbooks")
        self._failed(lost, path=part or self.settings.inventory, part=part)


def _parent(path: str) -> str:
    return PurePosixPath(path).parent.as_posix()
