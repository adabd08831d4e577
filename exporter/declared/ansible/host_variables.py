"""What the variables of one host declare of its node.

Nothing is derived from how a host is reached: ``ansible_host`` may be a bastion's or a VPN's
address, so it never counts as the node's own.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jinja2.utils import missing

from exporter.declared.ansible.errors import HiddenError, UnresolvedError
from exporter.declared.ansible.host_selection import CLUSTER_GROUPS, CONTROL_PLANE, WORKERS
from exporter.declared.ansible.inventory_variables import Host
from exporter.declared.ansible.layer_index import LayerIndex
from exporter.declared.ansible.located_data import place_in
from exporter.declared.ansible.node_values import NodeValues, mentions_kubelet
from exporter.declared.ansible.templates import ExhaustedError
from exporter.declared.ansible.unread_file import UnreadFile
from exporter.declared.ansible.variable_names import (
    ADDRESS_VARIABLES,
    ARGUMENT_VARIABLES,
    LABEL_VARIABLES,
    TAINT_VARIABLES,
    VERSION_VARIABLES,
)
from exporter.declared.kubelet import mentions_arguments
from exporter.domain.declaration import LABELS, TAINTS, Attribute
from exporter.domain.provenance import Located, Place

_ROLE_ARGUMENTS = {"extra_server_args": CONTROL_PLANE, "extra_agent_args": WORKERS}
"""Variables of k3s-ansible that are meant for servers and for agents."""

_VALUES = re.compile(r"(?<![\w-])--[\w-]+[= ]\{\{[^{}]*\}\}")
_WHOLE = frozenset({"all", *CLUSTER_GROUPS})


@dataclass(slots=True, kw_only=True)
class HostVariables(NodeValues):
    """What the variables of one *host*, which is listed at *place*, declare of its node.

    *index* tells what the layers of variables hold.
    """

    host: Host
    place: Place
    index: LayerIndex
    attributes: dict[Attribute, Located[str]] = field(default_factory=dict)
    _usual: AbstractSet[str] = field(init=False)

    def __post_init__(self) -> None:
        self._usual = self.index.usual_variables(self.host)

    def usual(self, names: Iterable[str]) -> list[str]:
        """Return those of the usual *names* that are, or may be, set for the host."""
        return [name for name in names if name in self._usual]

    def value(self, name: str, *attributes: str) -> Any:
        """Return the evaluated variable *name*, or None; note where it is left open.

        Where a file that cannot be read may set it, too, that is noted, and what is read counts.
        """
        found = self._find(name, *attributes)
        return None if found is None else self._evaluated(name, found, *attributes)

    def _find(self, name: str, *attributes: str) -> Located[Any] | None:
        """Return a variable, untemplated; note a file that may override it."""
        if self.host.has_unread and (unread := self.host.hidden_in(name)):
            self.note_unread(unread, *attributes)
        return self.host.find(name)

    def _evaluated(self, name: str, found: Located[Any], *attributes: str) -> Any:
        try:
            if self.host.hidden_in(name):  # resolving it would end at the file that may have it
                return self.expanded(found.value)
            value = self.scope.resolve(name)
        except HiddenError as error:
            self.note_hidden(error, found.place, attributes)
            return None
        except (UnresolvedError, ExhaustedError) as error:
            self.note(found.place, f"the variable {name}: {error}", *attributes)
            return None
        return None if value is missing else value

    def collect(self) -> None:
        """Collect labels, taints, kubelet arguments, version and address."""
        for name in self.usual(LABEL_VARIABLES):
            self._add_variable(name, self.add_labels, LABELS)
        for name in self.usual(TAINT_VARIABLES):
            self._add_variable(name, self.add_taints, TAINTS)
        for name in self._argument_variables():
            self._add_variable(name, self.add_kubelet_arguments, LABELS, TAINTS)
        self._add_version()
        self._add_address()

    def _add_variable(self, name: str, add: Callable[[Any, Place], None], *attributes: str) -> None:
        found = self._find(name, *attributes)
        if found is None:
            return
        value = found.value
        if not isinstance(value, dict | list):  # their parts are evaluated one by one
            value = self._evaluated(name, found, *attributes)
        if value is not None and not self.index.is_host_map(value):
            self.attempt(found.place, partial(add, value, found.place), *attributes)

    def _argument_variables(self) -> Iterator[str]:
        """Yield the variables that hold this node's kubelet arguments.

        Those with a usual name; and any other that is set for the host or one of its groups. A
        variable of ``all`` with another name may be meant for some nodes only: that is noted.
        """
        seen: set[str] = set()
        for layer in self.host.layers:
            if layer.unread is not None and _may_mention_arguments(layer.unread):
                self.note_unread(layer.unread, LABELS, TAINTS)
            for name in self.index.content(layer).kubelet_arguments:
                if name in seen:
                    continue
                seen.add(name)
                role = _ROLE_ARGUMENTS.get(name)
                if role is not None:
                    if role & set(self.host.groups):
                        yield name
                elif name in ARGUMENT_VARIABLES or layer.group not in _WHOLE:
                    yield name
                else:
                    message = f"only its role knows which nodes {name} is meant for"
                    attributes_set = _families(str(layer.values[name]))
                    self.note(layer.place_of(name), message, *attributes_set)
        for name in self.usual(ARGUMENT_VARIABLES):
            found = self.host.find(name)
            if name not in seen and found and _is_open(found.value):
                yield name

    def add_host_map_entry(self, variable: str, value: Any, place: Place) -> None:
        """Collect what stands for this host in a map keyed by hosts, under its *variable*."""
        if variable in LABEL_VARIABLES:
            self.add_labels(value, place)
        elif variable in TAINT_VARIABLES:
            self.add_taints(value, place)
        elif isinstance(value, dict):
            nodes = "node" in variable
            for name, content in value.items():
                inside = place_in(value, name, place)
                if name in LABEL_VARIABLES or (nodes and name == "labels"):
                    self.add_labels(content, inside)
                elif name in TAINT_VARIABLES or (nodes and name == "taints"):
                    self.add_taints(content, inside)
                elif mentions_kubelet(content):
                    self.add_kubelet_arguments(content, inside)
        elif mentions_kubelet(value):
            self.add_kubelet_arguments(value, place)

    def _add_version(self) -> None:
        for name in self.usual(VERSION_VARIABLES):
            version = self._located(name, Attribute.VERSION)
            if version is None:
                continue
            if isinstance(version.value, str) and version.value:
                self.attributes[Attribute.VERSION] = version
                return
            if isinstance(version.value, int | float):
                message = f"the version {name} is a number; quote it, as 1.30 is 1.3"
                self.note(version.place, message, Attribute.VERSION)

    def _add_address(self) -> None:
        for name in self.usual(ADDRESS_VARIABLES):
            address = self._located(name, Attribute.INTERNAL_IP)
            if address and isinstance(address.value, str) and is_address(address.value):
                self.attributes[Attribute.INTERNAL_IP] = address
                return

    def _located(self, name: str, attribute: Attribute) -> Located[Any] | None:
        found = self._find(name, attribute)
        return found and Located(self._evaluated(name, found, attribute), found.place)


def is_address(text: str) -> bool:
    """Tell whether *text* is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _may_mention_arguments(unread: UnreadFile) -> bool:
    return unread.text is None or mentions_arguments(unread.text)


def _is_open(arguments: Any) -> bool:
    """Tell whether variables decide which arguments there are, not only their values."""
    parts = arguments if isinstance(arguments, list) else [arguments]
    return "{{" in _VALUES.sub("", " ".join(str(part) for part in parts))


def _families(arguments: str) -> Iterator[str]:
    """Yield what kubelet arguments set: labels, taints or both."""
    if "label" in arguments:
        yield LABELS
    if "taint" in arguments:
        yield TAINTS
