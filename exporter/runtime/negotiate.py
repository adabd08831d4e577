"""What a scraper accepts, and which of our formats and encodings that makes best.

Source: RFC 9110, 12.5.1 (Accept) and 12.5.3 (Accept-Encoding); Prometheus' content negotiation
(prometheus.io/docs/instrumenting/content_negotiation). Nothing that a client sends is echoed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_MOST_PARTS = 50


class Format(Enum):
    """The formats of the exposition, by preference; the value is the content type."""

    OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
    TEXT_1_0_0 = "text/plain; version=1.0.0; charset=utf-8; escaping=underscores"
    TEXT_0_0_4 = "text/plain; version=0.0.4; charset=utf-8"


_OFFERS = {
    Format.OPENMETRICS: ("application", "openmetrics-text", frozenset({"1.0.0"})),
    Format.TEXT_1_0_0: ("text", "plain", frozenset({"1.0.0"})),
    Format.TEXT_0_0_4: ("text", "plain", frozenset({"0.0.4", ""})),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One element of an Accept header: what it names in small letters, parameters, weight."""

    name: str
    parameters: dict[str, str]
    weight: float


def choose_format(accept: str) -> Format:
    """Return the best format for an Accept header; text 0.0.4 where none or nothing fits."""
    weights: dict[Format, float] = {}
    for offer in Format:
        fits = [part for part in parts(accept) if _fits(part, offer)]
        if fits:
            weights[offer] = max(fits, key=_specificity).weight
    best = max(weights, key=lambda one: weights[one], default=Format.TEXT_0_0_4)
    return best if weights.get(best, 0) > 0 else Format.TEXT_0_0_4


def accepts_gzip(accept_encoding: str) -> bool:
    """Tell whether gzip may be sent, and is not liked less than no encoding at all."""
    weights = {part.name: part.weight for part in parts(accept_encoding)}
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def _fits(part: Part, offer: Format) -> bool:
    kind, subtype, versions = _OFFERS[offer]
    if part.name == "*/*":
        return offer is Format.TEXT_0_0_4
    asked_kind, _, asked_subtype = part.name.partition("/")
    if asked_kind != kind or asked_subtype not in {subtype, "*"}:
        return False
    version = part.parameters.get("version", "")
    if asked_subtype == "*" or (not version and offer is Format.OPENMETRICS):
        return offer is not Format.TEXT_1_0_0
    return version in versions


def _specificity(part: Part) -> int:
    return part.name.count("*") * -10 + len(part.parameters)


def parts(header: str) -> Iterator[Part]:
    """Yield the elements of a header; one that is malformed counts as refused."""
    for element in header.split(",")[:_MOST_PARTS]:
        name, *given = (piece.strip() for piece in element.split(";"))
        pairs = (piece.partition("=") for piece in given)
        parameters = {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs}
        weight = _weight(parameters.pop("q", "1"))
        if name:
            yield Part(name.lower(), parameters, weight)


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
