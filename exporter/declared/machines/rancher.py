"""The ``config.yaml`` of RKE2 and k3s; source: RKE2, Configuration, and k3s, Configuration File.

Its keys are the names of command line flags; with a plus sign they add to those of other files.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from exporter.declared.located import LocatedTree
from exporter.declared.machines.machine import Machine
from exporter.declared.machines.values import Values
from exporter.domain.declaration import LABELS, Attribute
from exporter.domain.provenance import Located

_FLAGS: Final = frozenset(
    {
        *("node-name", "node-label", "node-taint", "node-ip", "kubelet-arg", "server", "token"),
        *("token-file", "agent-token", "cluster-init", "tls-san", "write-kubeconfig-mode", "cni"),
        *("disable", "data-dir", "profile", "selinux", "cluster-cidr", "flannel-backend"),
    }
)
"""Flags by which such a file is recognised."""


def read(tree: LocatedTree) -> Machine | None:
    """Return what a document says; None where it is no such file. Raises :exc:`ReadError`."""
    flags = {key.rstrip("+"): value for key, value in tree.fields.items()}
    known = [flags[key].content for key in flags.keys() & _FLAGS]
    if "apiVersion" in flags or not known or any(isinstance(one, Mapping) for one in known):
        return None  # no flag is a mapping, as the keys of a chart's values often are
    values, flat = Values(), LocatedTree(flags, tree.place)
    arguments = values.arguments(LocatedTree(dict(_of_kubelet(flat, values)), tree.place))
    address = values.text(flat, "node-ip", Attribute.INTERNAL_IP)
    return Machine(
        place=tree.place,
        name=values.text(flat, "node-name", "name"),
        attributes={Attribute.INTERNAL_IP: _first(address)} if address else {},
        labels={**arguments.labels, **dict(_labels(flat, values))},
        taints=(*arguments.taints, *values.taints(_each(flat, "node-taint"))),
        unknown=values.unknown,
    )


def _first(addresses: Located[str]) -> Located[str]:
    return Located(addresses.value.partition(",")[0].strip(), addresses.place)


def _each(flags: LocatedTree, name: str) -> tuple[LocatedTree, ...]:
    """Return what a flag is given, once or several times."""
    found = flags.fields.get(name)
    if found is None or found.content is None:
        return ()
    return found.items or (found,)


def _labels(flags: LocatedTree, values: Values) -> Iterator[tuple[str, Located[str]]]:
    for stated in values.texts(_each(flags, "node-label"), LABELS):
        key, _, value = stated.value.partition("=")
        yield key, Located(value, stated.place)


def _of_kubelet(flags: LocatedTree, values: Values) -> Iterator[tuple[str, LocatedTree]]:
    """Yield the kubelet's arguments that label and taint, as ``name=value`` gives them."""
    for stated in values.texts(_each(flags, "kubelet-arg"), LABELS):
        name, _, value = stated.value.removeprefix("--").partition("=")
        yield name, LocatedTree(value, stated.place)
