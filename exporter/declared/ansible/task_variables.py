"""Where templates find a variable: magic variables, loops, layers of variables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from jinja2.utils import missing

from exporter.declared.ansible.errors import HiddenError, UnresolvedError
from exporter.declared.ansible.host_patterns import HostPatterns
from exporter.declared.ansible.inventory_variables import Host, InventoryVariables
from exporter.declared.ansible.templates import PlainValue, Templates
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.foreign.confined import position

_ONLY_AT_RUN_TIME = frozenset(
    {"playbook_dir", "role_path", "inventory_dir", "inventory_file", "role_name", "omit", "vars"}
)


@dataclass(slots=True)
class VariableEnvironment:
    """Everything that the templates of one reading have in common.

    *included* are variables that tasks may set while they run, unknown to us.
    """

    variables: InventoryVariables
    host_patterns: HostPatterns
    templates: Templates = field(default_factory=Templates)
    set_at_run_time: AbstractSet[str] = frozenset()
    included: tuple[VariableLayer, ...] = ()
    groups: PlainValue = field(init=False)
    hostvars: PlainValue = field(init=False)

    def __post_init__(self) -> None:
        groups = {name: list(hosts) for name, hosts in self.host_patterns.members.items()}
        self.groups = PlainValue({"all": list(self.host_patterns.hosts)} | groups)
        self.hostvars = PlainValue(_HostVars(self))

    def host(self, name: str) -> Host:
        """Return a host, as one outside the inventory where it is not in it."""
        return self.variables.hosts.get(name) or Host(name, layers=self.variables.all_hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskVariables:
    """The variables that a task on one *host* can use; None where its host is not chosen yet.

    *overrides* are variables that override those of hosts, *defaults* those that hosts override,
    the highest precedence first. With *any_host*, no inventory lists the hosts of the play, so
    only *overrides* are certain. *read_file* returns the text of a file that a lookup names.
    """

    environment: VariableEnvironment
    host: Host | None
    overrides: tuple[VariableLayer, ...] = ()
    defaults: tuple[VariableLayer, ...] = ()
    items: Mapping[str, Any] = field(default_factory=dict)
    play_hosts: tuple[str, ...] = ()
    any_host: bool = False
    read_file: Callable[[str], str] | None = None

    def find(self, name: str) -> Any:
        """Return the untemplated value of *name*, or ``missing``.

        Raises :exc:`UnresolvedError` for facts, and for what tasks set while they run.
        """
        if name in self.items:
            return PlainValue(self.items[name])
        if (own := self._own(name)) is not missing:
            return own
        if name in self.environment.set_at_run_time:
            raise UnresolvedError(f"the variable {name} is set by a task while it runs")
        layers = self.host.layers if self.host else self.environment.variables.all_hosts
        beneath = () if self.any_host else (*layers, *self.defaults)
        found = _first(name, (*self.overrides, *beneath))
        if found is not missing:
            return found
        if self.any_host:
            raise UnresolvedError(f"{name} depends on hosts that no inventory lists")
        if name.startswith("ansible_") or name in _ONLY_AT_RUN_TIME:
            raise UnresolvedError(f"{name} is known only to a run")
        return missing

    def _own(self, name: str) -> Any:
        match name:
            case "groups":
                return self.environment.groups
            case "hostvars":
                return self.environment.hostvars
            case "ansible_play_hosts" | "ansible_play_hosts_all" | "play_hosts" if self.play_hosts:
                return PlainValue(list(self.play_hosts))
            case "inventory_hostname" | "inventory_hostname_short" | "group_names":
                if self.host is None:
                    raise UnresolvedError("on which hosts it runs is not known")
                return PlainValue(_about(self.host, name))
            case _:
                return missing


def _first(name: str, layers: Iterable[VariableLayer]) -> Any:
    """Return the value of *name* in the first layer that has it, or ``missing``.

    Raises :exc:`HiddenError` where one that cannot be read may have it.
    """
    for layer in layers:
        if layer.unread is not None and layer.hides(name):
            raise HiddenError.of(name, layer.unread)
        if name in layer.values:
            place = layer.place_of(name)
            position.at(place.path, place.line)
            return layer.values[name]
    return missing


def _about(host: Host, name: str) -> Any:
    if name == "group_names":
        return sorted(group for group in host.groups if group != "all")
    return host.name.partition(".")[0] if name.endswith("short") else host.name


class _HostVars(Mapping[str, Any]):
    """``hostvars``: of each host its variables, evaluated when they are asked for."""

    def __init__(self, environment: VariableEnvironment) -> None:
        self._environment = environment

    def __getitem__(self, host: str) -> "_HostVarsVars":
        return _HostVarsVars(self._environment, self._environment.variables.hosts[host])

    def __iter__(self) -> Iterator[str]:
        return iter(self._environment.variables.hosts)

    def __len__(self) -> int:
        return len(self._environment.variables.hosts)


class _HostVarsVars(Mapping[str, Any]):
    """The variables of one host."""

    def __init__(self, environment: VariableEnvironment, host: Host) -> None:
        variables = TaskVariables(
            environment=environment, host=host, overrides=environment.included
        )
        self._scope = environment.templates.scope(variables)
        self._layers = (*environment.included, *host.layers)
        self._names = tuple(dict.fromkeys(name for layer in host.layers for name in layer.values))

    def __getitem__(self, name: str) -> Any:
        value = self._scope.resolve(name)
        if value is missing:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        for layer in self._layers:
            if layer.unread is not None:
                raise HiddenError.of("a variable", layer.unread)
        return iter(self._names)

    def __len__(self) -> int:
        return sum(1 for _ in self)
