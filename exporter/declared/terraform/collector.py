"""Collects what a declaration declares, and what of it is not known without a run."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.language.values import Origin, Value, text
from exporter.declared.terraform.providers import KINDS
from exporter.domain.declaration import (
    LABELS,
    PRESENT,
    TAINTS,
    Attribute,
    Failure,
    NodeGap,
    NodeGroup,
    NodeStatement,
    Reading,
    Unresolved,
)
from exporter.domain.errors import ReadError, Reason
from exporter.domain.finding import Layer, Subject
from exporter.domain.gaps import Gap
from exporter.domain.items import Item, ItemState
from exporter.domain.policy import matches_any
from exporter.domain.provenance import Located, Place, Source
from exporter.settings.declared import TerraformSettings

OF_NODES = frozenset({LABELS, TAINTS, *Attribute} - {Attribute.VERSION})
"""All that Terraform may declare of a node; the version of Kubernetes is not part of it."""
_LAYERS = (Layer.INFRASTRUCTURE, Layer.CONFIGURATION)
_AT_THE_END = -1


@dataclass(slots=True)
class Collector:
    """The growing outcome of reading one declaration.

    *arguments* are the statements that kubelet arguments make; what is said of a node twice and
    alike, in user data and in the map that it is filled from, stands where it is said last.
    """

    checkout: Checkout
    settings: TerraformSettings
    nodes: list[NodeStatement] = field(default_factory=list)
    groups: dict[str, tuple[NodeGroup, str, bool]] = field(default_factory=dict)
    arguments: dict[Hashable, NodeStatement] = field(default_factory=dict)
    notices: dict[Unresolved, None] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    items: dict[tuple[Subject, ItemState], Item] = field(default_factory=dict)
    gaps: dict[NodeGap, None] = field(default_factory=dict)

    def place(self, at: Origin) -> Place:
        """Return an origin as a place of the checkout."""
        return self.checkout.place(Source.TERRAFORM, at.path, at.line)

    def notice(self, at: Origin, message: str) -> None:
        """Note that something is unresolved; each thing once, however often it is met."""
        self.notices[Unresolved(self.place(at), message)] = None

    def hide(self, at: Origin, message: str, *, subject: Subject, advice: str = "") -> None:
        """Note that it is not known which nodes *subject* makes: it is declared, and not compared.

        It counts as often as it is met, as each stands for a node.
        """
        self.notice(at, message)
        self.gap(at, message, attributes={PRESENT})
        key = (subject, ItemState.UNRESOLVED)
        known = self.items.get(key)
        self.items[key] = Item(
            source=Source.TERRAFORM,
            subject=subject,
            state=ItemState.UNRESOLVED,
            place=self.place(at),
            layers=_LAYERS,
            message=message,
            advice=advice,
            size=known.size + 1 if known else 1,
        )

    def item(self, item: Item) -> None:
        """Take something in that is declared beside nodes."""
        self.items[item.subject, item.state] = item

    def group(self, group: NodeGroup, *, address: str, echo: bool = False) -> None:
        """Take a group in, which *address* declares.

        Where two have one name, nobody can tell whose a node is; but one may be the *echo* of the
        other.
        """
        known = self.groups.get(group.name)
        if known is None or known[2]:
            self.groups[group.name] = (group, address, echo)
        if known is None or known[2] or echo:
            return
        message = f"{known[1]} and {address} both make a pool {group.name}"
        gap = Gap(Source.TERRAFORM, message)
        unknown = dict.fromkeys(("minimum", "maximum", *OF_NODES), gap)
        self.groups[group.name] = (replace(known[0], unknown=unknown), known[1], False)

    def leave_out(self, name: str, at: Origin, *, kind: str = "Node") -> None:
        """Count a node, or group, that the settings want to be none of this cluster."""
        self.item(
            Item(
                source=Source.TERRAFORM,
                subject=Subject(kind, "", name),
                state=ItemState.OUT_OF_SCOPE,
                place=self.place(at),
                layers=_LAYERS,
            )
        )

    def lack(self, name: str, at: Origin, message: str, *, attributes: Iterable[str]) -> None:
        """Note that what a resource declares of its node is not known.

        What its kubelet arguments say stands: they are read after it.
        """
        self.notice(at, message)
        self.gap(at, message, attributes=attributes, name=name, position=len(self.nodes) + 1)

    def gap(
        self,
        at: Origin,
        message: str,
        *,
        attributes: Iterable[str],
        name: str = "",
        position: int = _AT_THE_END,
    ) -> None:
        """Note what may be declared of the node *name*, or of any, and is not known."""
        gap = NodeGap(
            place=self.place(at),
            message=message,
            attributes=frozenset(attributes),
            nodes=frozenset({name} if name else ()),
            position=position,
        )
        self.gaps[gap] = None

    def fail(self, error: ReadError, *, at: Origin | None = None, part: str = "") -> None:
        """Note that something could not be read, which may declare anything of any node."""
        failure = self.checkout.failure(Source.TERRAFORM, error, part=part)
        self.add_failure(failure if at is None else replace(failure, place=self.place(at)))

    def add_failure(self, failure: Failure) -> None:
        """Take a failure in that may hide anything of any node."""
        if failure not in self.failures:
            self.failures.append(failure)
            hidden = OF_NODES | {PRESENT}
            gap = NodeGap(
                place=failure.place,
                message=failure.message,
                attributes=hidden,
                position=_AT_THE_END,
            )
            self.gaps[gap] = None

    def add_variables_failure(self, failure: Failure) -> None:
        """Take a failure in that hides values of variables: what is made of them is unknown."""
        self.failures.append(failure)

    def malformed(self, at: Origin, message: str, *, name: str) -> None:
        """Note that kubelet arguments of the node *name* are wrong; nothing else is lost."""
        failure = Failure(self.place(at), Reason.MALFORMED, message)
        if failure not in self.failures:
            self.failures.append(failure)
        self.gap(at, message, attributes={LABELS, TAINTS}, name=name)

    def stated(self, value: Value) -> Located[str]:
        """Return a value as text with its place; raises :exc:`NotKnownError`."""
        return Located(text(value), self.place(value.at))

    def makes_none(self, address: str, kind: str) -> bool:
        """Tell whether the settings say that nothing of an address, or type, is a node."""
        if kind in KINDS and not matches_any(address, self.settings.resources):
            return True
        return any(
            fnmatchcase(one, pattern)
            for pattern in self.settings.not_nodes
            for one in (address, kind)
        )

    def wanted(self, name: str) -> bool:
        """Tell whether the settings count a node of this name."""
        return any(fnmatchcase(name, pattern) for pattern in self.settings.include) and not any(
            fnmatchcase(name, pattern) for pattern in self.settings.exclude
        )

    @property
    def complete(self) -> bool:
        """Whether a node that is not named is not declared."""
        return not any(PRESENT in gap.attributes for gap in self.gaps)

    def reading(self) -> Reading:
        """Return all that was gathered."""
        nodes = (*self.nodes, *self.arguments.values())
        return Reading(
            source=Source.TERRAFORM,
            nodes=nodes,
            groups=tuple(group for group, _, _ in self.groups.values()),
            unresolved=tuple(self.notices),
            failures=tuple(self.failures),
            items=(*self.items.values(), *(_item(group) for group, _, _ in self.groups.values())),
            gaps=tuple(_placed(gap, end=len(nodes)) for gap in self.gaps),
            complete=self.complete,
        )


def _item(group: NodeGroup) -> Item:
    place = group.place or Place(Source.TERRAFORM, "")
    return Item(
        source=Source.TERRAFORM,
        subject=Subject("NodeGroup", "", group.name),
        state=ItemState.COMPARED,
        place=place,
        layers=_LAYERS,
    )


def _placed(gap: NodeGap, *, end: int) -> NodeGap:
    return replace(gap, position=end) if gap.position == _AT_THE_END else gap
