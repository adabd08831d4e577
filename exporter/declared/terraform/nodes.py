"""Makes a statement of what a resource, a module call or an instance in a state says of a node."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from exporter.declared.terraform.arguments import arguments_in
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.language.values import Origin, Unknown, Value
from exporter.declared.terraform.paths import first, follow
from exporter.declared.terraform.providers import Kind
from exporter.domain.declaration import Attribute, NodeStatement
from exporter.domain.provenance import Stated

ROLES = ("Role", "role")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that may be a node: its *address* in Terraform's words and its attributes.

    *texts* may hold kubelet arguments. The values of a *secret* one appear in no message.
    """

    address: str
    at: Origin
    kind: Kind
    attributes: Mapping[str, Value]
    texts: tuple[Value, ...] = ()
    secret: bool = False


def describe(candidate: Candidate, collector: Collector) -> None:
    """Add the statement of a node, or a notice that it cannot be named."""
    found = first(candidate.attributes, candidate.kind.name)
    if found is None:
        names = " or ".join(candidate.kind.name)
        message = f"{candidate.address} has no {names} that would name its node"
        collector.notice(candidate.at, message, hides_nodes=True)
        return
    name = collector.string(found, f"name of {candidate.address}", hides_nodes=True)
    if name is None or not collector.wanted(name.value):
        return
    collector.nodes.append(
        NodeStatement(
            name=name.value,
            place=collector.place(candidate.at),
            groups=_groups(candidate),
            attributes=dict(_attributes(candidate, collector)),
            labels=dict(_labels(candidate, collector)),
        )
    )
    for value in candidate.texts:
        add_arguments(name.value, value, candidate.address, collector, secret=candidate.secret)


def _attributes(
    candidate: Candidate, collector: Collector
) -> Iterator[tuple[Attribute, Stated[str]]]:
    for attribute, patterns in candidate.kind.attributes.items():
        stated = _attribute(candidate, attribute, patterns, collector)
        if stated is not None:
            yield attribute, stated


def _attribute(
    candidate: Candidate, attribute: Attribute, patterns: Iterable[str], collector: Collector
) -> Stated[str] | None:
    """Return the first value that has the form of the attribute.

    A provider ID that is not known is no notice: only a state tells it.
    """
    normal = candidate.kind.normal.get(attribute, str)
    for pattern in patterns:
        found = first(candidate.attributes, (pattern,))
        if found is None:
            continue
        if attribute is Attribute.PROVIDER_ID and isinstance(found.data, Unknown):
            return None
        stated = collector.string(found, f"{attribute} of {candidate.address}")
        if stated is None:
            return None
        if value := normal(stated.value):
            return Stated(value, stated.place)
    return None


def _labels(candidate: Candidate, collector: Collector) -> Iterator[tuple[str, Stated[str]]]:
    """Yield the labels that tags stand for."""
    for tag, label in collector.settings.tags.items():
        found = _tag(candidate, tag)
        stated = collector.string(found, f"tag {tag} of {candidate.address}")
        if stated is not None:
            yield label, stated


def _groups(candidate: Candidate) -> tuple[str, ...]:
    for role in ROLES:
        found = _tag(candidate, role)
        if found is not None and isinstance(found.data, str):
            return (found.data,)
    return ()


def _tag(candidate: Candidate, tag: str) -> Value | None:
    for root in candidate.kind.tags:
        found = follow(candidate.attributes, (root, tag))
        if found is not None:
            return found
    return None


def add_arguments(
    name: str, value: Value, subject: str, collector: Collector, *, secret: bool = False
) -> None:
    """Add what the kubelet arguments in a text say of a node, as a statement of its own.

    So a tag that says otherwise is a conflict for all to see.
    """
    found = arguments_in(value)
    place = collector.place(value.at)
    if found.unresolved:
        said = "hold what is only known in a run" if secret else found.unresolved
        collector.notice(value.at, f"kubelet arguments of {subject}: {said}")
    if found.malformed:
        said = "hold a malformed taint" if secret else found.malformed
        collector.malformed(value.at, f"kubelet arguments of {subject}: {said}")
    if found.labels or found.taints:
        key = (name, frozenset(found.labels.items()), frozenset(found.taints))
        collector.arguments[key] = NodeStatement(
            name=name,
            place=place,
            enumerates=False,
            labels={key: Stated(label, place) for key, label in found.labels.items()},
            taints=tuple(Stated(taint, place) for taint in found.taints),
        )
