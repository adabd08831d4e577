"""The inventory as a value: hosts, groups, their variables, and the places of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.declared.ansible.inventory_files import StagedInventory
from exporter.declared.ansible.unread_file import UnreadFile
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.declared.checkout import Checkout
from exporter.domain.declaration import Failure, Unresolved
from exporter.domain.json import JsonObject, as_list, as_object
from exporter.domain.provenance import Place, Source

_KUBESPRAY = frozenset({"kube_control_plane", "kube_node"})
"""Groups that kubespray itself puts into a group ``k8s_cluster`` where an inventory has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Hosts and groups, and the variables that the inventory files themselves give to them.

    *groups* are the groups of each host, ancestors included, in the order in which Ansible lets
    their variables override each other; *depths* tells how far below ``all`` a group stands.
    *members* are the hosts of each group, hosts of its children included. *unread* are files that
    may list hosts and set variables, unknown to us.
    """

    places: Mapping[str, Place] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    depths: Mapping[str, int] = field(default_factory=dict)
    host_layers: Mapping[str, VariableLayer] = field(default_factory=dict)
    group_layers: Mapping[str, VariableLayer] = field(default_factory=dict)
    unresolved: tuple[Unresolved, ...] = ()
    failures: tuple[Failure, ...] = ()
    unread: tuple[UnreadFile, ...] = ()
    complete: bool = True

    @property
    def hosts(self) -> tuple[str, ...]:
        """All hosts, in the order of the inventory."""
        return tuple(self.groups)


def parse_inventory(
    output: JsonObject, *, staged: StagedInventory, inventory: str, checkout: Checkout
) -> Inventory:
    """Return the inventory that ``ansible-inventory --list --export`` printed."""
    graph = _Groups.of(output)
    places = _Places(staged, checkout, inventory)
    members = graph.members()
    priorities = {name: _priority(graph.variables[name]) for name in graph.variables}
    groups: dict[str, list[str]] = {host: [] for host in members.get("all", ())}
    ordered = sorted(
        (name for name in members if name != "all"),
        key=lambda name: (graph.depths.get(name, 1), priorities.get(name, 1), name),
    )
    for name in ordered:
        for host in members[name]:
            groups[host].append(name)
    variables = as_object(as_object(output.get("_meta")).get("hostvars"))
    return Inventory(
        places={host: places.host(host) for host in groups},
        groups={host: tuple(names) for host, names in groups.items()},
        members=members,
        depths=graph.depths,
        host_layers={
            host: places.host_layer(host, values)
            for host in groups
            if (values := as_object(variables.get(host)))
        },
        group_layers={
            name: places.group_layer(name, values)
            for name, values in graph.variables.items()
            if values
        },
        unresolved=tuple(staged.unresolved),
        failures=tuple(staged.failures),
        unread=tuple(staged.unread),
        complete=staged.complete,
    )


def _priority(variables: JsonObject) -> int:
    priority = variables.get("ansible_group_priority", 1)
    return priority if isinstance(priority, int) else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Groups:
    """The groups of the inventory: their own hosts, children, variables and depths."""

    hosts: Mapping[str, tuple[str, ...]]
    children: Mapping[str, tuple[str, ...]]
    variables: Mapping[str, JsonObject]
    depths: Mapping[str, int]

    @classmethod
    def of(cls, output: JsonObject) -> "_Groups":
        groups = {name: as_object(content) for name, content in output.items() if name != "_meta"}
        if groups.keys() >= _KUBESPRAY and "k8s_cluster" not in groups:
            groups["k8s_cluster"] = {"children": sorted(_KUBESPRAY)}
            top = as_object(groups.get("all"))
            groups["all"] = {**top, "children": [*as_list(top.get("children")), "k8s_cluster"]}
        children = {name: _names(group.get("children")) for name, group in groups.items()}
        return cls(
            hosts={name: _names(group.get("hosts")) for name, group in groups.items()},
            children=children,
            variables={name: as_object(group.get("vars")) for name, group in groups.items()},
            depths=_depths(children),
        )

    def members(self) -> dict[str, tuple[str, ...]]:
        """Return the hosts of each group and of all groups below it, as Ansible orders them.

        Those of a group come before those of its children, theirs before their children's.
        """
        return {name: self._hosts_below(name) for name in self.depths}

    def _hosts_below(self, top: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        level, seen = {top: None}, {top}
        while level:
            found.update(dict.fromkeys(host for name in level for host in self.hosts.get(name, ())))
            below = (child for name in level for child in self.children.get(name, ()))
            level = {child: None for child in below if child not in seen}
            seen.update(level)
        return tuple(found)


def _depths(children: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return how far below ``all`` each group stands, by its longest way.

    Ansible refuses cycles, so a way is never longer than there are groups.
    """
    depths = {"all": 0}
    level = {"all"}
    for depth in range(1, len(children) + 2):
        level = {child for name in level for child in children.get(name, ())}
        if not level:
            break
        depths.update(dict.fromkeys(level, depth))
    return depths


def _names(value: Any) -> tuple[str, ...]:
    return tuple(item for item in as_list(value) if isinstance(item, str))


class _Places:
    """Finds the places of hosts and variables in all files of the inventory."""

    def __init__(self, staged: StagedInventory, checkout: Checkout, inventory: str) -> None:
        self._lines = staged.lines
        self._checkout = checkout
        first = next(iter(staged.lines), inventory)
        self._whole = checkout.place(Source.ANSIBLE, first if len(staged.lines) == 1 else inventory)

    def host(self, host: str) -> Place:
        for path, lines in self._lines.items():
            if host in lines.hosts:
                return self._at(path, lines.hosts[host])
        return self._whole

    def host_layer(self, host: str, values: JsonObject) -> VariableLayer:
        places = {}
        for path, lines in self._lines.items():
            for name in values:
                if (host, name) in lines.host_variables:
                    places[name] = self._at(path, lines.host_variables[host, name])
        return VariableLayer(values=values, place=self.host(host), places=places)

    def group_layer(self, group: str, values: JsonObject) -> VariableLayer:
        place, places = self._whole, {}
        for path, lines in self._lines.items():
            if group in lines.groups:
                place = self._at(path, lines.groups[group])
            for name in values:
                if (group, name) in lines.group_variables:
                    places[name] = self._at(path, lines.group_variables[group, name])
        return VariableLayer(values=values, place=place, places=places, group=group)

    def _at(self, path: str, line: int) -> Place:
        return self._checkout.place(Source.ANSIBLE, path, line)
