"""Statements about the nodes that an inventory lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from exporter.declared.ansible.changes import NODE_NAME
from exporter.declared.ansible.doubts import Doubts
from exporter.declared.ansible.graph import Inventory
from exporter.declared.ansible.names import TaskNames, World
from exporter.declared.ansible.node_values import mentions_kubelet
from exporter.declared.ansible.reach import key_of
from exporter.declared.ansible.selection import order_groups
from exporter.declared.ansible.telling import Teller, is_address
from exporter.declared.ansible.unread import Unread
from exporter.declared.ansible.values import Layer, PlacedMap
from exporter.declared.ansible.variable_names import NAME_VARIABLES, families_of
from exporter.declared.ansible.variables import Host
from exporter.domain.declaration import LABELS, PRESENT, TAINTS, NodeStatement, Unresolved
from exporter.domain.provenance import Place


@dataclass(slots=True)
class Nodes:
    """Makes statements of hosts; what their variables leave open is noted once.

    *names* has the name of each host's node; *doubts* is what of nodes is not known.
    """

    world: World
    inventory: Inventory
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    doubts: Doubts = field(default_factory=Doubts)
    names: dict[str, str] = field(default_factory=dict)
    complete: bool = True
    _mentions: dict[int, tuple[Layer, list[str]]] = field(default_factory=dict)
    _keyed: dict[int, tuple[Layer, list[str]]] = field(default_factory=dict)

    def statements(self, hosts: Sequence[str], layers: Sequence[Layer]) -> list[NodeStatement]:
        """Return a statement for each of *hosts*; *layers* are those of playbooks, too."""
        found = (self._statement(self.world.host(name), layers) for name in hosts)
        return [one for one in found if one is not None]

    def _speaking(self, layer: Layer) -> Sequence[str]:
        """Return the variables of *layer* that hold kubelet arguments; looked for once."""
        if id(layer) not in self._mentions:
            found = [name for name, value in layer.values.items() if mentions_kubelet(value)]
            self._mentions[id(layer)] = (layer, found)
        return self._mentions[id(layer)][1]

    def _maps(self, layer: Layer) -> Sequence[str]:
        """Return the variables of *layer* that are maps keyed by hosts; looked for once."""
        if id(layer) not in self._keyed:
            found = [name for name, value in layer.values.items() if self._is_keyed(value)]
            self._keyed[id(layer)] = (layer, found)
        return self._keyed[id(layer)][1]

    def _is_keyed(self, value: Any) -> bool:
        """Tell whether *value* is a map whose keys are hosts."""
        hosts = self.world.variables.hosts
        return isinstance(value, dict) and bool(value) and any(key in hosts for key in value)

    def _statement(self, host: Host, layers: Sequence[Layer]) -> NodeStatement | None:
        place = self.inventory.places[host.name]
        teller = Teller(
            host=host,
            scope=self.world.templates.scope(TaskNames(world=self.world, host=host)),
            place=place,
            unresolved=self.unresolved,
            doubts=self.doubts,
            is_keyed=self._is_keyed,
            speaking=self._speaking,
        )
        teller.name = self._name(teller) or ""
        for layer in (*layers, *reversed(host.layers)):
            self._tell_keyed(teller, layer)
        teller.tell_all()
        if not teller.name:
            self._note_nameless(teller)
            return None
        self.names[host.name] = teller.name
        return NodeStatement(
            name=teller.name,
            place=place,
            groups=order_groups(host.groups, self.inventory.depths),
            attributes=teller.attributes,
            labels=teller.labels,
            taints=tuple(teller.taints.values()),
        )

    def _name(self, teller: Teller) -> str | None:
        """Return the node's name: what overrides it, else the host's name in lower case."""
        values = (self._name_in(teller, name) for name in NAME_VARIABLES)
        given = [one for one in values if isinstance(one, str)]
        name = (given[0] if given else teller.host.name).lower()
        if not given and is_address(name):
            hostname = teller.value("hostname")
            name = hostname.lower() if isinstance(hostname, str) else ""
        return name if NODE_NAME.fullmatch(name) else None

    def _name_in(self, teller: Teller, variable: str) -> Any:
        """Return the name that a variable gives; where only a run tells it, it may be any."""
        hiding = teller.host.hiding(variable)
        return teller.value(variable) if hiding else teller.value(variable, PRESENT)

    def _note_nameless(self, teller: Teller) -> None:
        """Note that a node, with what was told of it, may be any one that is declared elsewhere."""
        self.complete = False
        host = teller.host.name
        message = f"the host {host[:80]!r} does not tell its node's name; set node_name for it"
        said = {PRESENT, *teller.attributes, *(key_of(LABELS, key) for key in teller.labels)}
        said |= {key_of(TAINTS, key) for key, _ in teller.taints}
        teller.note(teller.place, message, *said)

    def _tell_keyed(self, teller: Teller, layer: Layer) -> None:
        """Tell what maps keyed by hosts say of the host, or could say."""
        host = teller.host.name
        if layer.unread is not None and _may_speak_of(host, layer.unread):
            teller.hide(layer.unread, LABELS, TAINTS)
        for variable in self._maps(layer):
            mapping, place = layer.values[variable], layer.place_of(variable)
            if host in mapping:
                if isinstance(mapping, PlacedMap):
                    line = mapping.line_of(host)
                    place = Place(place.source, mapping.path, line, place.revision)
                tell = partial(teller.tell_keyed, variable, mapping[host], place)
                teller.guarded(place, tell, *families_of(variable))


def _may_speak_of(host: str, unread: Unread) -> bool:
    """Tell whether a map keyed by hosts that is about labels or taints may stand in a file."""
    if unread.text is None:
        return True
    text = unread.text.lower()
    return host.lower() in text and ("label" in text or "taint" in text)
