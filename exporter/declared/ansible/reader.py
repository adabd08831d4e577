"""Reads the Ansible declaration: the inventory first, then the tasks that speak about its nodes."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from exporter.declared.ansible.accounting import Account
from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.doubts import Doubts, Reach
from exporter.declared.ansible.evaluation import evaluate
from exporter.declared.ansible.found import Unfolded
from exporter.declared.ansible.graph import Inventory
from exporter.declared.ansible.inventory import read_inventory
from exporter.declared.ansible.ledger import Ledger
from exporter.declared.ansible.names import World
from exporter.declared.ansible.nodes import Nodes
from exporter.declared.ansible.patterns import Population
from exporter.declared.ansible.playbooks import playbook_paths
from exporter.declared.ansible.plays import Plays
from exporter.declared.ansible.selection import select_hosts
from exporter.declared.ansible.steps import Untold
from exporter.declared.ansible.tasks import Tasks
from exporter.declared.ansible.templates import ExhaustedError
from exporter.declared.ansible.unfolding import Unfolder
from exporter.declared.ansible.variable_names import told_by
from exporter.declared.ansible.variables import Variables, read_variables
from exporter.declared.ansible.words import SAYABLE, SETTABLE
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
from exporter.settings.model import AnsibleSettings


async def read(settings: AnsibleSettings, *, checkout: Checkout) -> Reading:
    """Return what the inventory and the playbooks say of nodes.

    Never raises for what stands in the repository: a part that cannot be read is a failure in
    the reading, a gap tells what it could have said, and the rest is there. Without its inventory
    a reading is not complete.
    """
    inventory = await read_inventory(settings.inventory, checkout=checkout)
    reader = _Reader(settings=settings, inventory=inventory, documents=Documents(checkout))
    return await asyncio.to_thread(reader.read)


@dataclass(slots=True, kw_only=True)
class _Stated:
    """What tasks leave on nodes and set up beside, and what of it nobody can tell."""

    nodes: tuple[NodeStatement, ...]
    gaps: tuple[NodeGap, ...]
    stack: tuple[StackStatement, ...]
    stack_gaps: tuple[StackGap, ...]
    items: tuple[Item, ...]


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Evaluates one repository; failures and open questions are kept once each, in their order.

    *doubts* is what of the inventory's nodes is not known.
    """

    settings: AnsibleSettings
    inventory: Inventory
    documents: Documents
    failures: dict[Failure, None] = field(default_factory=dict)
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    doubts: Doubts = field(default_factory=Doubts)
    untold: list[Untold] = field(default_factory=list)
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
        nodes = Nodes(world=world, inventory=self.inventory, doubts=self.doubts)
        listed = self._listed(nodes, unfolded)
        gaps = tuple(self.doubts.gaps(lambda _: len(listed)))
        stated = self._stated_by_tasks(listed, gaps, unfolded, nodes)
        reading = Reading(
            source=Source.ANSIBLE,
            nodes=(*listed, *stated.nodes),
            stack=stated.stack,
            stack_gaps=stated.stack_gaps,
            unresolved=tuple(self.unresolved),
            failures=tuple(self.failures),
            items=(*unfolded.absent.values(), *stated.items, *unfolded.objects.items()),
            gaps=(*gaps, *stated.gaps),
            complete=self.complete,
        )
        tasks = unfolded.lost | {one.place.path for one in self.untold}
        return Account(self.inventory.failures, tasks).of(reading)

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
                self.untold.append(
                    Untold(place=lost.place, message=lost.message, attributes=SETTABLE)
                )
        return list(dict.fromkeys(found))

    def _variables(self, playbooks: Sequence[str]) -> Variables:
        """Read the variables beside the inventory, and those beside the playbooks over them."""
        own = self.settings.inventory
        folder = own if self.documents.checkout.is_dir(own) else _parent(own)
        folders = [folder, *(_parent(path) for path in playbooks)]
        variables = read_variables(self.inventory, folders=folders, documents=self.documents)
        self._note(variables.failures)
        return variables

    def _listed(self, nodes: Nodes, unfolded: Unfolded) -> list[NodeStatement]:
        """Return what the inventory's hosts are as nodes."""
        broken = {one.place for one in self.inventory.failures}
        for one in self.inventory.unread:
            said = SAYABLE if one.text is None or one.place in broken else told_by(one.text)
            self._hides(one.place, one.message, said, lists=not self.inventory.complete)
        listed: list[NodeStatement] = []
        try:
            hosts = select_hosts(self.inventory, self.settings) if self.inventory.hosts else []
            listed = nodes.statements(hosts, unfolded.layers)
        except ReadError as error:
            lost = self._failed(error, path=self.settings.inventory)
            self._hides(lost.place, lost.message)
        except ExhaustedError as error:
            lost = self._exhausted(error, part="")
            self._hides(lost.place, lost.message)
        self._note(unresolved=nodes.unresolved)
        self.complete = self.complete and nodes.complete
        return listed

    def _hides(
        self,
        place: Place,
        message: str,
        attributes: frozenset[str] = SAYABLE,
        *,
        lists: bool = True,
    ) -> None:
        """Note that the inventory may say more of any node, and if it *lists*, name others."""
        self.complete = self.complete and not lists
        reach = Reach(attributes | {PRESENT} if lists else attributes)
        self.doubts.add(reach, place=place, message=message)

    def _stated_by_tasks(
        self,
        listed: Sequence[NodeStatement],
        gaps: Sequence[NodeGap],
        unfolded: Unfolded,
        nodes: Nodes,
    ) -> _Stated:
        """Return what the tasks of all playbooks together leave on nodes, and set up beside."""
        ledger = Ledger(
            inventory=tuple(one.name for one in listed),
            known={
                one.name: {key: said.value for key, said in one.labels.items()} for one in listed
            },
            listed=gaps,
            complete=self.complete,
        )
        plays = Plays(world=nodes.world, complete=self.complete)
        tasks = Tasks(
            world=nodes.world,
            ledger=ledger,
            checkout=self.documents.checkout,
            included=unfolded.included,
            node_names=nodes.names,
        )
        if spent := evaluate([*unfolded.steps, *self.untold], tasks=tasks, plays=plays):
            lost = self._exhausted(spent.error, part=spent.playbook)
            ledger.doubts.add(Reach(SETTABLE), place=lost.place, message=lost.message)
        self._note(unresolved=tasks.unresolved)
        self._note(unresolved=ledger.unresolved)
        return _Stated(
            nodes=ledger.statements(),
            gaps=ledger.gaps(len(listed)),
            stack=tuple(tasks.stack),
            stack_gaps=tuple(tasks.stack_gaps),
            items=tuple(plays.items()),
        )

    def _exhausted(self, error: ExhaustedError, *, part: str) -> Failure:
        lost = ReadError(str(error), reason=Reason.TIMEOUT, advice="name fewer playbooks")
        return self._failed(lost, path=part or self.settings.inventory, part=part)


def _parent(path: str) -> str:
    return PurePosixPath(path).parent.as_posix()
