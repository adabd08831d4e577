"""Where templates find a name: what Ansible itself knows, loops, layers of variables."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from jinja2.utils import missing

from exporter.declared.ansible.patterns import Population
from exporter.declared.ansible.templates import Ready, Templates
from exporter.declared.ansible.values import HiddenError, Layer, UnresolvedError
from exporter.declared.ansible.variables import Host, Variables

_ONLY_AT_RUN_TIME = frozenset(
    {"playbook_dir", "role_path", "inventory_dir", "inventory_file", "role_name", "omit", "vars"}
)


@dataclass(slots=True)
class World:
    """Everything that the templates of one reading have in common."""

    variables: Variables
    population: Population
    templates: Templates = field(default_factory=Templates)
    volatile: AbstractSet[str] = frozenset()
    groups: Ready = field(init=False)
    hostvars: Ready = field(init=False)

    def __post_init__(self) -> None:
        groups = {name: list(hosts) for name, hosts in self.population.members.items()}
        self.groups = Ready({"all": list(self.population.hosts)} | groups)
        self.hostvars = Ready(_HostVariables(self))

    def host(self, name: str) -> Host:
        """Return a host, as one outside the inventory where it is not in it."""
        return self.variables.hosts.get(name) or Host(name, layers=self.variables.everybody)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskNames:
    """The names that a task on one host can use; *host* is None where it runs on none yet.

    Where it is for *anyone*, as no inventory lists its hosts, only what overrides the variables of
    every host is certain.
    """

    world: World
    host: Host | None
    above: tuple[Layer, ...] = ()
    below: tuple[Layer, ...] = ()
    items: Mapping[str, Any] = field(default_factory=dict)
    play_hosts: tuple[str, ...] = ()
    anyone: bool = False

    def find(self, name: str) -> Any:
        """Return the untemplated value of *name*, or ``missing``.

        Raises :exc:`UnresolvedError` for facts, and for what tasks set while they run.
        """
        if name in self.items:
            return Ready(self.items[name])
        if (own := self._own(name)) is not missing:
            return own
        if name in self.world.volatile:
            raise UnresolvedError(f"the variable {name} is set by a task while it runs")
        layers = self.host.layers if self.host else self.world.variables.everybody
        beneath = () if self.anyone else (*layers, *self.below)
        found = _first(name, (*self.above, *beneath))
        if found is not missing:
            return found
        if self.anyone:
            raise UnresolvedError(f"{name} depends on hosts that no inventory lists")
        if name.startswith("ansible_") or name in _ONLY_AT_RUN_TIME:
            raise UnresolvedError(f"{name} is known only to a run")
        return missing

    def _own(self, name: str) -> Any:
        match name:
            case "groups":
                return self.world.groups
            case "hostvars":
                return self.world.hostvars
            case "ansible_play_hosts" | "ansible_play_hosts_all" | "play_hosts" if self.play_hosts:
                return Ready(list(self.play_hosts))
            case "inventory_hostname" | "inventory_hostname_short" | "group_names":
                if self.host is None:
                    raise UnresolvedError("on which hosts it runs is not known")
                return Ready(_about(self.host, name))
            case _:
                return missing


def _first(name: str, layers: Iterable[Layer]) -> Any:
    """Return what the first layer that has *name* says, or ``missing``.

    Raises :exc:`HiddenError` where one that cannot be read may have it.
    """
    for layer in layers:
        if layer.unread is not None and layer.hides(name):
            raise HiddenError.of(name, layer.unread)
        if name in layer.values:
            return layer.values[name]
    return missing


def _about(host: Host, name: str) -> Any:
    if name == "group_names":
        return sorted(group for group in host.groups if group != "all")
    return host.name.partition(".")[0] if name.endswith("short") else host.name


class _HostVariables(Mapping[str, Any]):
    """``hostvars``: of each host its variables, evaluated when they are asked for."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, host: str) -> "_VariablesOf":
        return _VariablesOf(self._world, self._world.variables.hosts[host])

    def __iter__(self) -> Iterator[str]:
        return iter(self._world.variables.hosts)

    def __len__(self) -> int:
        return len(self._world.variables.hosts)


class _VariablesOf(Mapping[str, Any]):
    """The variables of one host."""

    def __init__(self, world: World, host: Host) -> None:
        self._host = host
        self._scope = world.templates.scope(TaskNames(world=world, host=host))
        self._names = tuple(dict.fromkeys(name for layer in host.layers for name in layer.values))

    def __getitem__(self, name: str) -> Any:
        value = self._scope.resolve(name)
        if value is missing:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        for layer in self._host.layers:
            if layer.unread is not None:
                raise HiddenError.of("a variable", layer.unread)
        return iter(self._names)

    def __len__(self) -> int:
        return sum(1 for _ in self)
