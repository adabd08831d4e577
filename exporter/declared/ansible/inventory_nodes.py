"""Statements about the nodes that an inventory lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from exporter.declared.ansible.extents import NODE_NAME, attribute_name
from exporter.declared.ansible.host_selection import order_groups
from exporter.declared.ansible.host_variables import HostVariables, is_address
from exporter.declared.ansible.inventory import Inventory
from exporter.declared.ansible.inventory_variables import Host
from exporter.declared.ansible.layer_index import LayerIndex
from exporter.declared.ansible.located_data import place_in
from exporter.declared.ansible.node_gaps import NodeGaps
from exporter.declared.ansible.task_variables import TaskVariables, VariableEnvironment
from exporter.declared.ansible.unread_file import UnreadFile
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.declared.ansible.variable_names import NAME_VARIABLES, attributes_of_map
from exporter.domain.declaration import LABELS, PRESENT, TAINTS, NodeStatement, Unresolved


@dataclass(slots=True)
class InventoryNodes:
    """Makes a statement of each host; what cannot be evaluated of variables is noted once.

    *names* has the name of each host's node; *node_gaps* is what of nodes is not known.
    """

    environment: VariableEnvironment
    inventory: Inventory
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    node_gaps: NodeGaps = field(default_factory=NodeGaps)
    names: dict[str, str] = field(default_factory=dict)
    complete: bool = True
    _index: LayerIndex = field(init=False)

    def __post_init__(self) -> None:
        self._index = LayerIndex(self.environment.variables.hosts)

    def statements(
        self, hosts: Sequence[str], layers: Sequence[VariableLayer]
    ) -> list[NodeStatement]:
        """Return a statement for each of *hosts*; *layers* are those of playbooks, too."""
        found = (self._statement(self.environment.host(name), layers) for name in hosts)
        return [statement for statement in found if statement is not None]

    def _statement(self, host: Host, layers: Sequence[VariableLayer]) -> NodeStatement | None:
        place = self.inventory.places[host.name]
        variables = HostVariables(
            host=host,
            scope=self.environment.templates.scope(
                TaskVariables(environment=self.environment, host=host)
            ),
            place=place,
            unresolved=self.unresolved,
            node_gaps=self.node_gaps,
            index=self._index,
        )
        variables.name = self._name(variables) or ""
        for layer in (*layers, *reversed(host.layers)):
            self._add_host_maps(variables, layer)
        variables.collect()
        if not variables.name:
            self._note_unnamed(variables)
            return None
        self.names[host.name] = variables.name
        return NodeStatement(
            name=variables.name,
            place=place,
            groups=order_groups(host.groups, self.inventory.depths),
            attributes=variables.attributes,
            labels=variables.labels,
            taints=tuple(variables.taints.values()),
        )

    def _name(self, variables: HostVariables) -> str | None:
        """Return the node's name: what overrides it, else the host's name in lower case.

        A host that is an address goes by it: the cluster's node that has it tells the rest.
        """
        names = variables.usual(NAME_VARIABLES)
        values = (self._name_in(variables, name) for name in names)
        given = [value for value in values if isinstance(value, str)]
        name = (given[0] if given else variables.host.name).lower()
        if not given and is_address(name):
            hostname = variables.value("hostname")
            if isinstance(hostname, str):
                name = hostname.lower()
            elif variables.host.find("hostname") or variables.host.hidden_in("hostname"):
                name = ""
        return name if NODE_NAME.fullmatch(name) else None

    def _name_in(self, variables: HostVariables, variable: str) -> Any:
        """Return the name that a variable gives; one that only a run knows may be any."""
        hidden = variables.host.hidden_in(variable) is not None
        return variables.value(variable, *(() if hidden else (PRESENT,)))

    def _note_unnamed(self, variables: HostVariables) -> None:
        """Note that a node without a name may be any node, with all that is declared of it."""
        self.complete = False
        host = variables.host.name
        message = f"the host {host[:80]!r} does not tell its node's name; set node_name for it"
        attributes = {
            PRESENT,
            *variables.attributes,
            *(attribute_name(LABELS, key) for key in variables.labels),
        }
        attributes |= {attribute_name(TAINTS, key) for key, _ in variables.taints}
        variables.note(variables.place, message, *attributes)

    def _add_host_maps(self, variables: HostVariables, layer: VariableLayer) -> None:
        """Add what maps keyed by hosts declare of the host, or could declare."""
        host = variables.host.name
        if layer.unread is not None and _may_mention(host, layer.unread):
            variables.note_unread(layer.unread, LABELS, TAINTS)
        for variable in self._index.content(layer).host_maps:
            mapping, place = layer.values[variable], layer.place_of(variable)
            if host in mapping:
                place = place_in(mapping, host, place)
                add = partial(variables.add_host_map_entry, variable, mapping[host], place)
                variables.attempt(place, add, *attributes_of_map(variable))


def _may_mention(host: str, unread: UnreadFile) -> bool:
    """Tell whether a map keyed by hosts that is about labels or taints may stand in a file."""
    if unread.text is None:
        return True
    text = unread.text.lower()
    return host.lower() in text and ("label" in text or "taint" in text)
