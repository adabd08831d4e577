"""Gathers what one declaration declares of a cloud, and what of it nobody can tell."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.attribute_paths import follow
from exporter.declared.terraform.cloud import values
from exporter.declared.terraform.cloud.stand_ins import ROOT
from exporter.declared.terraform.cloud.types import COMPARED, PARTS, TYPES, CloudType, PartType
from exporter.declared.terraform.language.values import (
    NotKnownError,
    Origin,
    Value,
    text,
)
from exporter.domain.cloud import (
    CloudAttribute,
    CloudGap,
    CloudKind,
    DeclaredResource,
    ResourcePart,
)
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Located, Place, Source

_ADVICE = "read a state as well, or the output of `terraform show -json`: both tell it"


@dataclass(slots=True)
class Collected:
    """What was found so far of the declaration *origin*."""

    checkout: Checkout
    origin: str
    resources: list[DeclaredResource] = field(default_factory=list)
    parts: list[ResourcePart] = field(default_factory=list)
    gaps: dict[CloudGap, None] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    standing: Origin | None = None

    @contextmanager
    def stand_in(self, at: Origin) -> Iterator[None]:
        """Let what is read now, and stands in no file of the checkout, stand at a call."""
        before, self.standing = self.standing, at
        try:
            yield
        finally:
            self.standing = before

    def place(self, at: Origin) -> Place:
        """Return an origin as a place of the checkout."""
        if self.standing is not None and at.path.startswith(ROOT):
            at = self.standing
        return self.checkout.place(Source.TERRAFORM, at.path, at.line)

    def gap(self, at: Origin, message: str, kinds: Iterable[CloudKind]) -> None:
        """Note that there may be more of these *kinds*, or more in them, than is known."""
        self.gaps[CloudGap(place=self.place(at), message=message, kinds=frozenset(kinds))] = None

    def unread(self, address: str, at: Origin, kinds: Iterable[CloudKind], message: str) -> None:
        """Note that what a module makes for itself of these *kinds* is not compared."""
        for kind in sorted(kinds):
            self._item(kind, address, at, state=ItemState.UNSUPPORTED, message=message)

    def uncounted(self, kind: str, address: str, at: Origin, error: NotKnownError) -> None:
        """Note that how many instances a resource has is not known."""
        of = TYPES[kind].kind if kind in TYPES else PARTS[kind].of
        message = f"how many of {address} there are: {error.unknown}"
        self.gap(at, message, {of})
        if kind in TYPES and of in COMPARED:
            self._item(of, address, at, state=ItemState.UNRESOLVED, message=message)

    def add(
        self,
        kind: str,
        address: str,
        at: Origin,
        attributes: Mapping[str, Value],
        *,
        ignored: frozenset[str] = frozenset(),
    ) -> None:
        """Take in a resource, or what adds to one; what is *ignored* is left to others."""
        if kind in TYPES:
            self._resource(TYPES[kind], address, at, attributes, ignored)
        else:
            self._part(kind, PARTS[kind], address, at, attributes)

    def _resource(
        self,
        kind: CloudType,
        address: str,
        at: Origin,
        attributes: Mapping[str, Value],
        ignored: frozenset[str],
    ) -> None:
        found = _Values(self.place, self.place(at))
        for attribute, path in kind.values.items():
            value = follow(attributes, path.split("."))
            given = value is not None and value.data is not None
            if value is not None and given and path.partition(".")[0] not in ignored:
                found.take(attribute, partial(_texts, value))
        for block in kind.blocks:
            if block in attributes and block not in ignored:
                found.take(*_block(block, attributes[block]))
        self.resources.append(
            DeclaredResource(
                address=address,
                kind=kind.kind,
                origin=self.origin,
                place=self.place(at),
                id=_plain(follow(attributes, (kind.identity,))),
                name=_plain(follow(attributes, kind.name.split("."))),
                values={key: tuple(some) for key, some in found.known.items()},
                unknown=found.unknown,
            )
        )
        if kind.kind in COMPARED:
            self._item(kind.kind, address, at, state=ItemState.COMPARED)

    def _part(
        self, name: str, kind: PartType, address: str, at: Origin, attributes: Mapping[str, Value]
    ) -> None:
        read = values.reader(attributes)
        try:
            owner = read(kind.owner)
            if owner is None:
                return
            found = [one for one in _of_part(name, read) if one]
            self.parts.append(
                ResourcePart(
                    owner=text(owner),
                    origin=self.origin,
                    attribute=kind.attribute,
                    values=tuple(Located(one, self.place(at)) for one in found),
                )
            )
        except NotKnownError as error:
            self.gap(at, f"{address}: {error.unknown}", {kind.of})

    def _item(
        self, kind: CloudKind, address: str, at: Origin, *, state: ItemState, message: str = ""
    ) -> None:
        self.items.append(
            Item(
                source=Source.TERRAFORM,
                subject=Subject(kind.value, "", address),
                state=state,
                place=self.place(at),
                layers=(Layer.INFRASTRUCTURE,),
                message=message,
                advice=_ADVICE if message else "",
            )
        )


@dataclass(slots=True)
class _Values:
    """The values of one resource, by attribute, as far as they are known."""

    place: Callable[[Origin], Place]
    at: Place
    known: dict[CloudAttribute, list[Located[str]]] = field(default_factory=dict)
    unknown: dict[CloudAttribute, Located[str]] = field(default_factory=dict)

    def take(self, attribute: CloudAttribute, make: Callable[[], list[tuple[str, Value]]]) -> None:
        """Add what *make* gives, or why it is not known."""
        try:
            found = make()
        except NotKnownError as error:
            self.unknown[attribute] = Located(str(error.unknown), self.at)
            return
        self.known.setdefault(attribute, []).extend(
            Located(one, self.place(value.at)) for one, value in found
        )


def _texts(value: Value) -> list[tuple[str, Value]]:
    return list(values.texts(value))


def _block(
    block: str, value: Value
) -> tuple[CloudAttribute, Callable[[], list[tuple[str, Value]]]]:
    """Return of which attribute nested blocks are, and what gives their values."""
    if block == "route":
        return CloudAttribute.ROUTES, lambda: [
            (one, each)
            for each, inner in values.nested(value)
            if (one := values.route(values.reader(inner), _ROUTE_BLOCK))
        ]
    return CloudAttribute.RULES, lambda: [
        (one, each)
        for each, inner in values.nested(value)
        for one in values.rules(block, values.reader(inner))
    ]


_ROUTE_BLOCK = ("cidr_block", "ipv6_cidr_block", "destination_prefix_list_id")
_ROUTE = ("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id")


def _of_part(name: str, read: values.Read) -> Iterator[str]:
    """Yield the values that a resource of the type *name* adds."""
    match name:
        case "aws_security_group_rule":
            direction = read("type")
            if direction is not None:
                yield from values.rules(text(direction), read)
        case "aws_vpc_security_group_ingress_rule":
            yield from values.rules("ingress", read, protocol="ip_protocol")
        case "aws_vpc_security_group_egress_rule":
            yield from values.rules("egress", read, protocol="ip_protocol")
        case "aws_lb_target_group_attachment" | "aws_alb_target_group_attachment":
            target, port = read("target_id"), read("port")
            if target is not None:
                yield text(target) if port is None else f"{text(target)} port {text(port)}"
        case "aws_route":
            yield values.route(read, _ROUTE)
        case _:
            for attribute in ("subnet_id", "cidr_block"):
                value = read(attribute)
                if value is not None:
                    yield from (one for one, _ in values.texts(value))


def _plain(value: Value | None) -> str:
    """Return a text where it is known; an id that is not is none."""
    try:
        found = "" if value is None else text(value)
    except NotKnownError:
        return ""
    return "" if found.startswith("${") else found
