"""What we read of the same playbooks: the labels that they leave on nodes, and what is open."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from exporter.declared.ansible.ansible_inventory import read_inventory
from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.evaluation import evaluate
from exporter.declared.ansible.host_patterns import HostPatterns
from exporter.declared.ansible.inventory import Inventory
from exporter.declared.ansible.inventory_variables import read_variables
from exporter.declared.ansible.node_state import NodeState
from exporter.declared.ansible.play_hosts import PlayHostFinder
from exporter.declared.ansible.playbook_expander import PlaybookExpander
from exporter.declared.ansible.task_evaluator import TaskEvaluator
from exporter.declared.ansible.task_variables import VariableEnvironment
from exporter.declared.checkout import Checkout
from exporter.domain.declaration import LABELS, NodeGap
from tests.oracle.ansible.repository import INVENTORY, NODES
from tests.oracle.ansible.runs import Labels
from tests.oracle.figures import Outcome


@dataclass(frozen=True, slots=True)
class Reading:
    """The labels that one playbook leaves, and what is not known of them."""

    labels: Labels
    gaps: tuple[NodeGap, ...]
    messages: tuple[str, ...] = ()

    def outcome(self, theirs: Labels) -> Outcome:
        """Tell how what is read stands to what Ansible does."""
        for node, key in theirs.keys() | self.labels.keys():
            same = self.labels.get((node, key)) == theirs.get((node, key))
            if not same and not any(self._covering(node, key)):
                return Outcome.DIFFERENT
        return Outcome.UNRESOLVED if self.gaps else Outcome.EQUAL

    def _covering(self, node: str, key: str) -> Iterator[NodeGap]:
        for gap in self.gaps:
            named = not gap.nodes or node in gap.nodes
            if named and not gap.attributes.isdisjoint({LABELS, f"{LABELS}.{key}"}):
                yield gap


class Reader:
    """Reads the playbooks of a folder one by one; the inventory once."""

    def __init__(self, folder: Path) -> None:
        self._checkout = Checkout.at(folder)

    @cached_property
    def _inventory(self) -> Inventory:
        return asyncio.run(read_inventory(INVENTORY, checkout=self._checkout))

    def read(self, playbook: str) -> Reading:
        """Return what one playbook leaves."""
        documents = Documents(self._checkout)
        expanded = PlaybookExpander(documents).expand([playbook])
        folders = ("inventory", "")
        environment = VariableEnvironment(
            variables=read_variables(self._inventory, folders=folders, documents=documents),
            host_patterns=HostPatterns(self._inventory.hosts, self._inventory.members),
            set_at_run_time=expanded.set_at_run_time,
            included=expanded.all_included,
        )
        state = NodeState(inventory=NODES)
        evaluator = TaskEvaluator(
            environment=environment,
            node_state=state,
            documents=documents,
            included=expanded.included,
        )
        finder = PlayHostFinder(environment=environment, complete=True)
        evaluate(expanded.steps, evaluator=evaluator, host_finder=finder)
        labels = {
            (node.name, key): label.value
            for node in state.statements()
            for key, label in node.labels.items()
        }
        notes = [note.message for note in (*expanded.unresolved, *evaluator.unresolved)]
        notes += [item.message for item in finder.items()]
        notes += [failure.message for failure in expanded.failures]
        return Reading(labels, state.gaps(0), tuple(notes))


def of_key(labels: Labels, prefix: str) -> Labels:
    """Return the labels whose keys are those of the play *prefix*."""
    return {
        (node, key): value
        for (node, key), value in labels.items()
        if key == prefix or key.startswith(f"{prefix}-")
    }
