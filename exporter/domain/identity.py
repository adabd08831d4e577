"""Which declared node is which of the cluster's: machines keep an identity, names differ.

In this order: what the owner says, the provider or instance ID, the exact name, the name up to
domain and case, the internal address. All but the exact name count only where they are unique on
both sides, so that nothing is joined by chance.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from ipaddress import ip_address
from itertools import islice
from typing import Final, TypeVar

from exporter.domain.declaration import (
    PRESENT,
    Attribute,
    Contradiction,
    DeclaredNode,
    JoinedBy,
)
from exporter.domain.gaps import Gap
from exporter.domain.membership import completed, members_of
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes

T = TypeVar("T")
MAX_RIVALS: Final = 10
"""How many nodes that claim the same machine are named; the rest is counted."""
_TAKEN = "/{}"
"""The key of a declared node whose name another one has: no node of a cluster is called so."""


def joined(declared: DeclaredNodes, observed: ObservedNodes) -> DeclaredNodes:
    """Return what is *declared*, keyed by the names that the cluster has for it.

    A node that is not in the cluster keeps its declared name as its key. What groups say of their
    nodes is added to those that somebody names. Observed nodes that
    nobody names, of a group that may grow, are added as members of it.
    """
    join = _Join(declared, observed)
    join.run()
    unproven = join.unproven()
    named = dict(join.nodes({**join.unread(), **unproven}))
    nodes = completed(declared, observed, named=named)
    members = dict(members_of(declared, observed, taken=nodes))
    if nodes == declared.nodes and not members and not unproven:
        return declared
    keys = {node.name: key for key, node in nodes.items()}
    return replace(
        declared,
        nodes={**nodes, **members},
        incomplete=(*declared.incomplete, *dict.fromkeys(unproven.values())),
        groups={
            name: replace(group, members=frozenset(keys.get(one, one) for one in group.members))
            for name, group in declared.groups.items()
        },
    )


@dataclass(slots=True)
class _Join:
    """A growing assignment: *found* has the observed name of declared ones, and how they met."""

    declared: DeclaredNodes
    observed: ObservedNodes
    found: dict[str, tuple[str, JoinedBy]] = field(default_factory=dict)
    contradictions: dict[str, Contradiction] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Join what can be joined, and note what contradicts."""
        for name, other in self.declared.names.items():
            if name in self.declared.nodes and other in self.observed:
                self._take(name, other, JoinedBy.SETTINGS)
        self._unique(
            JoinedBy.PROVIDER_ID,
            own=lambda node: _some(_id_of_declared(node)),
            theirs=lambda node: _ids(node.provider_id),
        )
        for name in self.declared.nodes:
            if name in self.observed:
                self._take(name, name, JoinedBy.NAME)
        if len(self.found) < len(self.declared.nodes):
            self._unique(
                JoinedBy.DOMAIN,
                own=lambda node: _names_of_declared(node.name),
                theirs=lambda node: _names(node.name),
                others=[ObservedNode(name=name, labels={}) for name in self.observed.unreadable],
            )
            self._unique(
                JoinedBy.ADDRESS, own=lambda node: _some(_address(node)), theirs=_addresses
            )
        self._contradict()

    def unread(self) -> dict[str, Gap]:
        """Return why nodes may be there that were not found: one that cannot be read may be each.

        Of a node that only its name identifies that is known all the same.
        """
        odd = [gap for name, gap in self.observed.unreadable.items() if name not in self.taken]
        if not odd:
            return {}
        return {
            name: odd[0]
            for name, node in self.declared.nodes.items()
            if name not in self.found and (_id_of_declared(node) or _address(node))
        }

    def unproven(self) -> dict[str, Gap]:
        """Return why nobody can tell whether nodes are there of which only the address is known.

        That no node has the address says something where that of another such node was found:
        then they are internal ones.
        """
        nameless = [name for name in self.declared.nodes if parsed(name)]
        if any(name in self.found for name in nameless):
            return {}
        return {name: _unproven(self.declared.nodes[name]) for name in nameless}

    def nodes(self, hidden: Mapping[str, Gap]) -> Iterator[tuple[str, DeclaredNode]]:
        """Yield every declared node by its key; of those that are *hidden*, presence is unknown."""
        for name, node in self.declared.nodes.items():
            key, by = self.found.get(name, (name, None))
            by = None if key == name else by  # it goes by its name, whatever else fits, too
            if name not in self.found and name in self.taken:
                key = _TAKEN.format(name)
            contradiction = self.contradictions.get(name)
            if by is None and contradiction is None and name not in hidden:
                yield key, node
                continue
            gaps = {PRESENT: hidden[name]} if name in hidden else {}
            yield (
                key,
                replace(
                    node,
                    joined_by=by,
                    contradiction=contradiction,
                    unknown={**node.unknown, **gaps},
                ),
            )

    def _take(self, name: str, other: str, by: JoinedBy) -> None:
        if name not in self.found and other not in self.taken:
            self.found[name] = (other, by)
            self.taken[other] = name

    def _unique(
        self,
        by: JoinedBy,
        *,
        own: Callable[[DeclaredNode], Collection[str]],
        theirs: Callable[[ObservedNode], Collection[str]],
        others: Sequence[ObservedNode] = (),
    ) -> None:
        """Join two that have a key in common where neither has one with another.

        Two declared nodes that claim one machine are a contradiction; but names may be alike.
        *others* are nodes that cannot be read, as far as they are known.
        """
        wanted = [(key, node) for node in self.declared.nodes.values() for key in own(node)]
        there = _by_key(
            (key, node)
            for node in ((*self.observed.nodes.values(), *others) if wanted else ())
            for key in theirs(node)
        )
        pairs = [(node, other, key) for key, node in wanted for other in there.get(key, ())]
        choices = Counter(node.name for node, _, _ in pairs)
        claims = _by_key((other.name, node.name) for node, other, _ in pairs)
        for node, other, key in pairs:
            rivals = len(claims[other.name]) - 1
            if rivals and by is not JoinedBy.DOMAIN and node.name not in self.found:
                whose = _rivals(node.name, claims[other.name])
                self._note(node.name, f"{whose} has the same {by}: {key}")
            elif not rivals and choices[node.name] == 1:
                self._offer(node, other, by)

    def _offer(self, node: DeclaredNode, other: ObservedNode, by: JoinedBy) -> None:
        """Join two that are free; with one address and two IDs they are not one machine."""
        if node.name in self.found or other.name in self.taken:
            return
        if by is JoinedBy.ADDRESS and _other_machine(node, other):
            message = (
                f"its address {_address(node)} is that of {other.name}, another machine: "
                f"{other.provider_id}"
            )
            self._note(node.name, message, other=other.name)
        else:
            self._take(node.name, other.name, by)

    def _contradict(self) -> None:
        """Note where the name or the address of a node is that of another one of the cluster."""
        owners = _by_key(
            (key, name) for name, node in self.observed.nodes.items() for key in _addresses(node)
        )
        for name, node in self.declared.nodes.items():
            other, by = self.found.get(name, ("", None))
            plain = by is JoinedBy.NAME and Attribute.INTERNAL_IP not in node.attributes
            if plain or by is JoinedBy.SETTINGS:
                continue
            if by is JoinedBy.PROVIDER_ID and other != name and name in self.observed:
                message = f"its provider ID is that of {other}, its name that of another node"
                self._note(name, message, other=name)
            elif by is None and name in self.taken:
                message = f"the node of that name is {self.taken[name]} by its provider ID"
                self._note(name, message, other=name)
            found = owners.get(_address(node), [])
            if len(found) == 1 and found[0] != other and (by or found[0] in self.taken):
                owner = self.taken.get(found[0])
                whose = f", which is declared as {owner}" if owner else ""
                message = f"its address {_address(node)} is that of {found[0]}{whose}"
                self._note(name, message, other=found[0])

    def _note(self, name: str, message: str, *, other: str = "") -> None:
        self.contradictions.setdefault(name, Contradiction(message, other))


def _unproven(node: DeclaredNode) -> Gap:
    place = node.places[0]
    message = (
        f"no node of the cluster has the address {node.name}, and whether that is an internal one "
        "is not known; name the host, or set node_name for it"
    )
    return Gap(place.source, f"{place.where}: {message}")


def _by_key(pairs: Iterable[tuple[str | None, T]]) -> dict[str | None, list[T]]:
    found: dict[str | None, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _known(node: DeclaredNode, attribute: Attribute) -> str:
    """Return what is declared, unless it may be declared otherwise."""
    stated = node.attributes.get(attribute)
    return stated.value.strip() if stated and attribute not in node.unknown else ""


def _id_of_declared(node: DeclaredNode) -> str | None:
    """Return its provider ID, or its instance ID where that is all that is declared."""
    own = _known(node, Attribute.PROVIDER_ID).casefold()
    return (own if "://" in own else own.rpartition("/")[2]) or None


def _ids(provider_id: str) -> set[str]:
    """Return by what a machine is called: its provider ID, and the last part of that."""
    whole = provider_id.strip().casefold()
    return {whole, whole.rpartition("/")[2]} if whole else set()


def _other_machine(node: DeclaredNode, other: ObservedNode) -> bool:
    own = _id_of_declared(node)
    return own is not None and bool(other.provider_id) and own not in _ids(other.provider_id)


def _names(name: str) -> Collection[str]:
    """Return by what a node of the cluster may be meant: its name, and whatever its domain is."""
    return () if parsed(name) else (name.casefold(), _anywhere(name))


def _names_of_declared(name: str) -> Collection[str]:
    """Return what it is called up to domain and case: domains are the same, or one lacks."""
    if parsed(name):
        return ()
    own = name.casefold()
    return (own, own.partition(".")[0]) if "." in own else (_anywhere(name),)


def _anywhere(name: str) -> str:
    """Return a key for the host *name* in any domain, which no name is."""
    return name.casefold().partition(".")[0] + "/"


def _rivals(name: str, claims: Sequence[str]) -> str:
    """Return who else claims a machine, the first ones of *claims* by name."""
    shown = [one for one in islice(claims, MAX_RIVALS + 1) if one != name][:MAX_RIVALS]
    more = len(claims) - 1 - len(shown)
    return ", ".join(sorted(shown)) + (f" and {more} more" if more else "")


def _some(key: str | None) -> Collection[str]:
    return (key,) if key else ()


def _address(node: DeclaredNode) -> str | None:
    """Return the internal address that is declared, which may be the name itself."""
    stated = _known(node, Attribute.INTERNAL_IP)
    return (parsed(stated) if stated else parsed(node.name)) or None


def _addresses(node: ObservedNode) -> set[str]:
    return {address for text in node.internal_ips if (address := parsed(text))}


@lru_cache(maxsize=1 << 14)
def parsed(text: str) -> str:
    """Return an IP address in its one form, without the length of its network; else nothing."""
    try:
        return str(ip_address(text.strip().partition("/")[0]))
    except ValueError:
        return ""
