"""The tolerations of observed pods, each set of them built once."""

from functools import lru_cache
from typing import NamedTuple

import msgspec

from exporter.domain.errors import ParseError
from exporter.domain.taints import TaintEffect, Toleration, TolerationOperator
from exporter.observed.pods.records import TolerationRecord

_DECODER = msgspec.json.Decoder(list[TolerationRecord] | None)


class Tolerations(NamedTuple):
    """A set of tolerations in a fixed order; *text* is the same where the sets are.

    Comparing and hashing the text is what makes grouping pods cheap.
    """

    text: str
    values: tuple[Toleration, ...]


@lru_cache(maxsize=4096)
def parse_tolerations(raw: bytes) -> Tolerations:
    """Return the tolerations that *raw*, a JSON list or ``null``, holds; order is dropped.

    Pods of a cluster share few different lists, so decoded ones are remembered. Raises
    :exc:`ParseError` and :exc:`msgspec.DecodeError`.
    """
    found = {_toleration(toleration) for toleration in _DECODER.decode(raw) or ()}
    values = tuple(sorted(found, key=_text))
    return Tolerations(text="\n".join(map(_text, values)), values=values)


def _toleration(record: TolerationRecord) -> Toleration:
    try:
        return Toleration(
            key=record.key or "",
            operator=TolerationOperator(record.operator or TolerationOperator.EQUAL),
            value=record.value or "",
            effect=TaintEffect(record.effect) if record.effect else None,
            seconds=record.toleration_seconds,
        )
    except ValueError as error:
        raise ParseError(f"a toleration holds what Kubernetes does not know: {error}") from None


def _text(toleration: Toleration) -> str:
    effect = toleration.effect and toleration.effect.value
    parts = (toleration.key, toleration.operator.value, toleration.value, effect)
    return repr((*parts, toleration.seconds))
