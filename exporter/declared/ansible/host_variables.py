"""What the variables of one host say of its node.

Nothing is derived from how a host is reached: ``ansible_host`` may be a bastion's or a VPN's
address, so it never counts as the node's own.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jinja2.utils import missing

from exporter.declared.ansible.errors import HiddenError, UnresolvedError
from exporter.declared.ansible.host_selection import CLUSTER_GROUPS, CONTROL_PLANE, WORKERS
from exporter.declared.ansible.inventory_variables import Host
from exporter.declared.ansible.node_values import NodeValues, mentions_kubelet, place_in
from exporter.declared.ansible.templates import ExhaustedError
from exporter.declared.ansible.unread_file import UnreadFile
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.declared.ansible.variable_names import (
    ADDRESS_VARIABLES,
    ARGUMENT_VARIABLES,
    LABEL_VARIABLES,
    TAINT_VARIABLES,
    VERSION_VARIABLES,
)
from exporter.declared.kubelet import mentions_arguments
from exporter.domain.declaration import LABELS, TAINTS, Attribute
from exporter.domain.provenance import Place, Stated

_ROLE_ARGUMENTS = {"extra_server_args": CONTROL_PLANE, "extra_agent_args": WORKERS}
"""Variables of k3s-ansible that are meant for servers and for agents."""

_VALUES = re.compile(r"--[\w-]+[= ]\{\{[^{}]*\}\}")
_WHOLE = frozenset({"all", *CLUSTER_GROUPS})


@dataclass(slots=True, kw_only=True)
class HostVariables(NodeValues):
    """What the variables of one *host*, which is listed at *place*, declare of its node.

    *is_host_map* tells whether a value is a map keyed by hosts; *kubelet_variables* finds the
    variables of a layer that hold kubelet arguments.
    """

    host: Host
    place: Place
    is_host_map: Callable[[Any], bool]
    kubelet_variables: Callable[[VariableLayer], Sequence[str]]
    attributes: dict[Attribute, Stated[str]] = field(default_factory=dict)

    def value(self, name: str, *attributes: str) -> Any:
        """Return the evaluated variable *name*, or None; note where it is left open.

        Where a file that cannot be read may set it, too, that is noted, and what is read counts.
        """
        hidden_in, raw = self.host.hidden_in(name), self.host.find(name)
        if hidden_in is not None:
            self.note_unread(hidden_in, *attributes)
        if raw is None:
            return None
        place = raw[1].place_of(name)
        try:
            value = self.expanded(raw[0]) if hidden_in else self.scope.resolve(name)
        except HiddenError as error:
            self.note_hidden(error, place, attributes)
            return None
        except (UnresolvedError, ExhaustedError) as error:
            self.note(place, f"the variable {name}: {error}", *attributes)
            return None
        return None if value is missing else value

    def collect(self) -> None:
        """Collect labels, taints, kubelet arguments, version and address."""
        for name in LABEL_VARIABLES:
            self._add_variable(name, self.add_labels, LABELS)
        for name in TAINT_VARIABLES:
            self._add_variable(name, self.add_taints, TAINTS)
        for name in self._argument_variables():
            self._add_variable(name, self.add_kubelet_arguments, LABELS, TAINTS)
        self._add_version()
        self._add_address()

    def _add_variable(self, name: str, add: Callable[[Any, Place], None], *attributes: str) -> None:
        hidden_in, raw = self.host.hidden_in(name), self.host.find(name)
        if raw is None or not isinstance(raw[0], dict | list):
            value = self.value(name, *attributes)
        else:  # evaluated one by one, so that one part that is not known does not hide others
            value = raw[0]
            if hidden_in is not None:
                self.note_unread(hidden_in, *attributes)
        if raw is not None and value is not None and not self.is_host_map(value):
            place = raw[1].place_of(name)
            self.attempt(place, partial(add, value, place), *attributes)

    def _argument_variables(self) -> Iterator[str]:
        """Yield the variables that hold this node's kubelet arguments.

        Those with a usual name; and any other that is set for the host or one of its groups. A
        variable of ``all`` with another name may be meant for some nodes only: that is noted.
        """
        outcomes: set[str] = set()
        for layer in self.host.layers:
            if layer.unread is not None and _may_mention_arguments(layer.unread):
                self.note_unread(layer.unread, LABELS, TAINTS)
            for name in self.kubelet_variables(layer):
                if name in outcomes:
                    continue
                outcomes.add(name)
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
        for name in ARGUMENT_VARIABLES:
            found = self.host.find(name)
            if name not in outcomes and found and _is_open(found[0]):
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
        for name in VERSION_VARIABLES:
            value = self.value(name, Attribute.VERSION)
            place = self.host.place_of(name) or self.place
            if isinstance(value, str) and value:
                self.attributes[Attribute.VERSION] = Stated(value, place)
                return
            if isinstance(value, int | float):
                message = f"the version {name} is a number; quote it, as 1.30 is 1.3"
                self.note(place, message, Attribute.VERSION)

    def _add_address(self) -> None:
        for name in ADDRESS_VARIABLES:
            value = self.value(name, Attribute.INTERNAL_IP)
            if isinstance(value, str) and is_address(value):
                place = self.host.place_of(name) or self.place
                self.attributes[Attribute.INTERNAL_IP] = Stated(value, place)
                return


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
