"""Statements about the nodes that an inventory lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from exporter.declared.ansible.graph import Inventory
from exporter.declared.ansible.ledger import NODE_NAME
from exporter.declared.ansible.names import TaskNames, World
from exporter.declared.ansible.selection import order_groups
from exporter.declared.ansible.telling import Teller, is_address, mentions_kubelet
from exporter.declared.ansible.values import Layer, PlacedMap
from exporter.declared.ansible.variables import Host
from exporter.domain.declaration import NodeStatement, Unresolved
from exporter.domain.provenance import Place

_NAMES = (
    *("kube_override_hostname", "kube_node_name", "k8s_node_name", "k8s_nodename"),
    *("k3s_node_name", "node_name"),
)


@dataclass(slots=True)
class Nodes:
    """Makes statements of hosts; what their variables leave open is noted once."""

    world: World
    inventory: Inventory
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    complete: bool = True
    _keyed: dict[str, list[tuple[str, Layer]]] = field(default_factory=dict)
    _mentions: dict[int, tuple[Layer, list[str]]] = field(default_factory=dict)

    def statements(self, hosts: Sequence[str], layers: Sequence[Layer]) -> list[NodeStatement]:
        """Return a statement for each of *hosts*; *layers* are those of playbooks, too."""
        known = {
            id(one): one for host in self.world.variables.hosts.values() for one in host.layers
        }
        for layer in (*layers, *known.values()):
            for name, value in layer.values.items():
                if self._is_keyed(value):
                    self._keyed.setdefault(name, []).append((name, layer))
        found = (self._statement(self.world.host(name)) for name in hosts)
        return [one for one in found if one is not None]

    def _speaking(self, layer: Layer) -> Sequence[str]:
        """Return the variables of *layer* that hold kubelet arguments; looked for once."""
        if id(layer) not in self._mentions:
            found = [name for name, value in layer.values.items() if mentions_kubelet(value)]
            self._mentions[id(layer)] = (layer, found)
        return self._mentions[id(layer)][1]

    def _is_keyed(self, value: Any) -> bool:
        """Tell whether *value* is a map whose keys are hosts."""
        hosts = self.world.variables.hosts
        return isinstance(value, dict) and bool(value) and any(key in hosts for key in value)

    def _statement(self, host: Host) -> NodeStatement | None:
        place = self.inventory.places[host.name]
        scope = self.world.templates.scope(TaskNames(world=self.world, host=host))
        teller = Teller(
            host=host,
            scope=scope,
            place=place,
            unresolved=self.unresolved,
            is_keyed=self._is_keyed,
            speaking=self._speaking,
        )
        name = self._name(teller)
        if name is None:
            self.complete = False
            return None
        for keyed in self._keyed.values():
            for variable, layer in keyed:
                self._tell_keyed(teller, variable, layer)
        teller.tell_all()
        return NodeStatement(
            name=name,
            place=place,
            groups=order_groups(host.groups, self.inventory.depths),
            attributes=teller.attributes,
            labels=teller.labels,
            taints=tuple(teller.taints.values()),
        )

    def _name(self, teller: Teller) -> str | None:
        """Return the node's name: what overrides it, else the host's name in lower case."""
        given = [value for name in _NAMES if isinstance(value := teller.value(name), str)]
        name = (given[0] if given else teller.host.name).lower()
        if not given and is_address(name):
            hostname = teller.value("hostname")
            name = hostname.lower() if isinstance(hostname, str) else ""
        if NODE_NAME.fullmatch(name):
            return name
        host = teller.host.name
        message = f"the host {host[:80]!r} does not tell its node's name; set node_name for it"
        teller.note(teller.place, message)
        return None

    def _tell_keyed(self, teller: Teller, variable: str, layer: Layer) -> None:
        """Tell what a map keyed by hosts says of the host."""
        mapping = layer.values[variable]
        if teller.host.name not in mapping:
            return
        place = layer.place_of(variable)
        if isinstance(mapping, PlacedMap):
            line = mapping.line_of(teller.host.name)
            place = Place(place.source, mapping.path, line, place.revision)
        own = mapping[teller.host.name]
        teller.guarded(place, lambda: teller.tell_keyed(variable, own, place))
