"""Makes a statement of a node out of a resource, a module call or an instance in a state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exporter.declared.terraform.attribute_paths import first, follow
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.kubelet_arguments import arguments_in
from exporter.declared.terraform.language.values import NotKnownError, Origin, Unknown, Value
from exporter.declared.terraform.providers import Kind
from exporter.domain.declaration import LABELS, TAINTS, Attribute, NodeStatement
from exporter.domain.finding import Subject
from exporter.domain.provenance import Located

ROLES = ("Role", "role")
ADVICE = "read a state instead, or the output of `terraform show -json`: both name the nodes"
POOL_ADVICE = "declare how many there shall be as a group in nodes.groups"


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
    """Add the statement of a node, or that it is declared and cannot be named."""
    name = _name(candidate, collector)
    if name is None:
        return
    if not collector.wanted(name):
        collector.leave_out(name, candidate.at)
        return
    described = _Description(name, candidate, collector)
    collector.nodes.append(
        NodeStatement(
            name=name,
            place=collector.place(candidate.at),
            groups=_groups(candidate),
            attributes=dict(described.attributes()),
            labels=dict(described.labels()),
        )
    )
    for value in candidate.texts:
        add_arguments(
            name, value, subject=candidate.address, collector=collector, secret=candidate.secret
        )


def _name(candidate: Candidate, collector: Collector) -> str | None:
    at, found = candidate.at, first(candidate.attributes, candidate.kind.name)
    if found is None:
        names = " or ".join(candidate.kind.name)
        message = f"{candidate.address} has no {names} that would name its node"
    else:
        try:
            return collector.stated(found).value
        except NotKnownError as error:
            at, message = found.at, f"name of {candidate.address}: {error.unknown}"
    subject = Subject("Node", "", candidate.address)
    collector.hide(at, message, subject=subject, advice=ADVICE)
    return None


@dataclass(frozen=True, slots=True)
class _Description:
    """What a candidate declares of the node that it is, and what of that is not known."""

    name: str
    candidate: Candidate
    collector: Collector

    def attributes(self) -> Iterator[tuple[Attribute, Located[str]]]:
        """Yield the attributes that are known."""
        for attribute in self.candidate.kind.attributes:
            stated = self._attribute(attribute)
            if stated is not None:
                yield attribute, stated

    def _attribute(self, attribute: Attribute) -> Located[str] | None:
        """Return the first value that has the form of the attribute.

        A provider ID that is not known is nothing to speak of: only a state tells it.
        """
        kind = self.candidate.kind
        for pattern in kind.attributes[attribute]:
            found = first(self.candidate.attributes, (pattern,))
            if found is None:
                continue
            if attribute is Attribute.PROVIDER_ID and isinstance(found.data, Unknown):
                return None
            stated = self._stated(found, attribute, what=attribute)
            if stated is None:
                return None
            if value := kind.normal.get(attribute, str)(stated.value):
                return Located(value, stated.place)
        return None

    def labels(self) -> Iterator[tuple[str, Located[str]]]:
        """Yield the labels that tags stand for."""
        for tag, label in self.collector.settings.tags.items():
            found = _tag(self.candidate, tag)
            if found is not None:
                stated = self._stated(found, f"{LABELS}.{label}", what=f"tag {tag}")
                if stated is not None:
                    yield label, stated

    def _stated(self, value: Value, attribute: str, *, what: str) -> Located[str] | None:
        try:
            return self.collector.stated(value)
        except NotKnownError as error:
            message = f"{what} of {self.candidate.address}: {error.unknown}"
            self.collector.lack(self.name, value.at, message, attributes={attribute})
            return None


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
    name: str, value: Value, *, subject: str, collector: Collector, secret: bool = False
) -> None:
    """Add what the kubelet arguments in a text set on a node, as a statement of its own.

    So a tag that says otherwise is a conflict for all to see. What of them nobody can tell may be
    any label or taint.
    """
    found = arguments_in(value)
    place = collector.place(value.at)
    if found.unresolved:
        reason = "hold what is only known in a run" if secret else found.unresolved
        message = f"kubelet arguments of {subject}: {reason}"
        collector.notice(value.at, message)
        collector.gap(value.at, message, attributes={LABELS, TAINTS}, name=name)
    if found.malformed:
        reason = "hold a malformed taint" if secret else found.malformed
        collector.malformed(value.at, f"kubelet arguments of {subject}: {reason}", name=name)
    if found.labels or found.taints:
        key = (name, frozenset(found.labels.items()), frozenset(found.taints))
        collector.arguments[key] = NodeStatement(
            name=name,
            place=place,
            enumerates=False,
            labels={key: Located(label, place) for key, label in found.labels.items()},
            taints=tuple(Located(taint, place) for taint in found.taints),
        )
