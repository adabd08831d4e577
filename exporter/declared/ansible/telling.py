"""What the variables of one host say of its node.

Nothing is derived from how a host is reached: ``ansible_host`` may be a bastion's or a VPN's
address, so it never counts as the node's own.
"""

import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jinja2.utils import missing

from exporter.declared.ansible.ledger import LABEL_KEY
from exporter.declared.ansible.selection import CLUSTER_GROUPS, CONTROL_PLANE, WORKERS
from exporter.declared.ansible.templates import Scope
from exporter.declared.ansible.values import Layer, PlacedList, PlacedMap, UnresolvedError
from exporter.declared.ansible.variables import Host
from exporter.declared.kubelet import mentions_arguments, parse_arguments, unresolved_part
from exporter.domain.declaration import Attribute, Unresolved
from exporter.domain.errors import ParseError
from exporter.domain.provenance import Place, Stated
from exporter.domain.taints import Taint

_VERSIONS = (
    *("kubelet_version", "kube_version", "kubernetes_version", "k8s_version"),
    *("k3s_version", "rke2_version", "k3s_release_version", "kubernetes_release"),
)
_ADDRESSES = ("ip", "node_ip", "k3s_node_ip", "internal_ip", "private_ip", "private_ipv4")
_LABELS = ("node_labels", "kube_node_labels", "k8s_node_labels", "kubernetes_node_labels")
_TAINTS = ("node_taints", "kube_node_taints", "k8s_node_taints", "kubernetes_node_taints")
_ARGUMENTS = (
    *("kubelet_extra_args", "kubernetes_kubelet_extra_args", "kubelet_custom_flags"),
    *("kubelet_args", "kubelet_arguments", "kubeadm_kubelet_extra_args"),
)
_ROLE_ARGUMENTS = {"extra_server_args": CONTROL_PLANE, "extra_agent_args": WORKERS}
"""Variables of k3s-ansible that are meant for servers and for agents."""

_WHOLE = frozenset({"all", *CLUSTER_GROUPS})


@dataclass(slots=True, kw_only=True)
class Teller:
    """Collects what the variables of one *host*, which stands at *place*, say of its node.

    *is_keyed* tells a map keyed by hosts; *speaking* finds the variables of a layer that hold
    kubelet arguments. What is left open goes to *unresolved*.
    """

    host: Host
    scope: Scope
    place: Place
    unresolved: dict[Unresolved, None]
    is_keyed: Callable[[Any], bool]
    speaking: Callable[[Layer], Sequence[str]]
    labels: dict[str, Stated[str]] = field(default_factory=dict)
    taints: dict[tuple[str, str], Stated[Taint]] = field(default_factory=dict)
    attributes: dict[Attribute, Stated[str]] = field(default_factory=dict)

    def note(self, place: Place, message: str) -> None:
        """Note what is left open, once."""
        self.unresolved[Unresolved(place, message)] = None

    def guarded(self, place: Place, tell: Callable[[], None]) -> None:
        """Call *tell*; note where it is left open."""
        try:
            tell()
        except UnresolvedError as error:
            self.note(place, str(error))
        except ParseError as error:
            self.note(place, error.message)

    def value(self, name: str) -> Any:
        """Return the evaluated variable *name*, or None; note where it is left open."""
        place = self.host.place_of(name)
        if place is None:
            return None
        try:
            value = self.scope.resolve(name)
        except UnresolvedError as error:
            self.note(place, f"the variable {name}: {error}")
            return None
        return None if value is missing else value

    def tell_all(self) -> None:
        """Collect labels, taints, kubelet arguments, version and address."""
        for name in _LABELS:
            self._tell(name, self.tell_labels)
        for name in _TAINTS:
            self._tell(name, self.tell_taints)
        for name in self._argument_variables():
            self._tell(name, self.tell_arguments)
        self._tell_version()
        self._tell_address()

    def _tell(self, name: str, tell: Callable[[Any, Place], None]) -> None:
        place = self.host.place_of(name)
        if place is None:
            return
        raw = self.host.find(name)
        value = raw[0] if raw and isinstance(raw[0], dict) else self.value(name)
        if value is not None and not self.is_keyed(value):
            self.guarded(place, partial(tell, value, place))

    def _argument_variables(self) -> Iterator[str]:
        """Yield the variables that hold this node's kubelet arguments.

        Those with a usual name; and any other that is set for the host or one of its groups. A
        variable of ``all`` with another name may be meant for some nodes only: that is noted.
        """
        told: set[str] = set()
        for layer in self.host.layers:
            for name in self.speaking(layer):
                if name in told:
                    continue
                told.add(name)
                role = _ROLE_ARGUMENTS.get(name)
                if role is not None:
                    if role & set(self.host.groups):
                        yield name
                elif name in _ARGUMENTS or layer.group not in _WHOLE:
                    yield name
                else:
                    message = f"only its role knows which nodes {name} is meant for"
                    self.note(layer.place_of(name), message)

    def tell_keyed(self, variable: str, value: Any, place: Place) -> None:
        """Collect what stands for this host in a map keyed by hosts."""
        if variable in _LABELS:
            self.tell_labels(value, place)
        elif variable in _TAINTS:
            self.tell_taints(self._expanded(value), place)
        elif isinstance(value, dict):
            nodes = "node" in variable
            for name, one in value.items():
                inside = _place_in(value, name, place)
                if name in _LABELS or (nodes and name == "labels"):
                    self.tell_labels(one, inside)
                elif name in _TAINTS or (nodes and name == "taints"):
                    self.tell_taints(self._expanded(one), inside)
                elif mentions_kubelet(one):
                    self.tell_arguments(self._expanded(one), inside)
        elif mentions_kubelet(value):
            self.tell_arguments(self._expanded(value), place)

    def _expanded(self, value: Any) -> Any:
        return self.scope.templates.expand(value, self.scope)

    def tell_labels(self, value: Any, place: Place) -> None:
        """Collect labels given as a mapping, a list of ``key=value`` or such a list as text.

        What of them is still a template is evaluated one by one, so that one does not hide others.
        Kubelet arguments are taken as such, whatever the variable is called.
        """
        if mentions_kubelet(value):
            self.tell_arguments(self._expanded(value), place)
            return
        if isinstance(value, str):
            value = [part for part in value.split(",") if part.strip()]
        if isinstance(value, list):
            for index, item in enumerate(value):
                self._label_pair(item, _place_of_item(value, index, place))
        elif isinstance(value, dict):
            for key, one in value.items():
                self._label(str(key), one, _place_in(value, key, place))
        else:
            raise UnresolvedError("node labels are neither a mapping nor a list")

    def _label_pair(self, item: Any, place: Place) -> None:
        if isinstance(item, dict):
            for key, one in item.items():
                self._label(str(key), one, place)
            return
        key, equals, value = str(item).strip().partition("=")
        if not equals:
            raise UnresolvedError(f"{str(item)[:80]!r} is no label; write key=value")
        self._label(key, value, place)

    def _label(self, key: str, value: Any, place: Place) -> None:
        self.guarded(place, lambda: self._expanded_label(key, self._expanded(value), place))

    def _expanded_label(self, key: str, value: Any, place: Place) -> None:
        if not LABEL_KEY.fullmatch(key):
            self.note(place, f"{key[:80]!r} is no label's key")
        elif isinstance(value, bool | float):
            self.note(place, f"the label {key} is no text; quote its value")
        elif value is None or isinstance(value, str | int):
            self.labels[key] = Stated("" if value is None else str(value), place)
        else:
            self.note(place, f"the label {key} is no text")

    def tell_taints(self, value: Any, place: Place) -> None:
        """Collect taints given as ``key=value:Effect`` or as the API writes them."""
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list):
            raise UnresolvedError("node taints are no list")
        for index, item in enumerate(items):
            where = _place_of_item(items, index, place)
            if item:
                self.guarded(where, partial(self._taint, item, where))

    def _taint(self, item: Any, place: Place) -> None:
        if isinstance(item, dict):
            value = item.get("value")
            text = f"{item.get('key', '')}={'' if value is None else value}:{item.get('effect')}"
        else:
            text = str(item)
        taint = Taint.parse(text)
        self.taints[taint.key, taint.effect] = Stated(taint, place)

    def tell_arguments(self, value: Any, place: Place) -> None:
        """Collect the labels and taints in kubelet arguments, a text or a list of them."""
        text = " ".join(str(one) for one in value) if isinstance(value, list) else value
        if not isinstance(text, str):
            raise UnresolvedError("kubelet arguments are no text")
        if part := unresolved_part(text):
            raise UnresolvedError(f"kubelet arguments hold {part[:40]!r}, which a run puts in")
        parsed = parse_arguments(text)
        for key, one in parsed.labels.items():
            self._label(key, one, place)
        for taint in parsed.taints:
            self.taints[taint.key, taint.effect] = Stated(taint, place)

    def _tell_version(self) -> None:
        for name in _VERSIONS:
            value = self.value(name)
            place = self.host.place_of(name) or self.place
            if isinstance(value, str) and value:
                self.attributes[Attribute.VERSION] = Stated(value, place)
                return
            if isinstance(value, int | float):
                self.note(place, f"the version {name} is a number; quote it, as 1.30 is 1.3")

    def _tell_address(self) -> None:
        for name in _ADDRESSES:
            value = self.value(name)
            if isinstance(value, str) and is_address(value):
                place = self.host.place_of(name) or self.place
                self.attributes[Attribute.INTERNAL_IP] = Stated(value, place)
                return


def mentions_kubelet(value: Any) -> bool:
    """Tell whether kubelet arguments about labels or taints stand in *value*."""
    if isinstance(value, str):
        return mentions_arguments(value)
    return isinstance(value, list) and any(
        isinstance(one, str) and mentions_arguments(one) for one in value
    )


def _place_in(mapping: Mapping[str, Any], key: str, place: Place) -> Place:
    if not isinstance(mapping, PlacedMap):
        return place
    return Place(place.source, mapping.path, mapping.line_of(key), place.revision)


def _place_of_item(items: Sequence[Any], index: int, place: Place) -> Place:
    if not isinstance(items, PlacedList) or index >= len(items.lines):
        return place
    return Place(place.source, items.path, items.lines[index], place.revision)


def is_address(text: str) -> bool:
    """Tell whether *text* is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
