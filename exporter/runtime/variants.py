"""Which variant of a document a reader prefers, by the headers of the request.

Source: RFC 9110, 12.5.1 (Accept) and 12.5.4 (Accept-Language). Nothing that a client sends is
echoed.
"""

from collections.abc import Sequence

from exporter.runtime.negotiate import parts


def preferred_type(accept: str, offers: Sequence[str]) -> str:
    """Return the media type of *offers* that an Accept header likes best.

    The first of them where several are liked equally, or none is.
    """
    weights = {part.name: part.weight for part in parts(accept)}

    def weight(offer: str) -> float:
        covering = (offer, f"{offer.partition('/')[0]}/*", "*/*")  # the most specific counts
        return next((weights[one] for one in covering if one in weights), 0.0)

    return max(offers, key=weight)


def preferred_language(accept_language: str, offers: Sequence[str]) -> str:
    """Return the language of *offers* that an Accept-Language header likes best.

    Regions do not matter: ``ko-KR`` likes ``ko``. The first of them where none is liked.
    """
    weights: dict[str, float] = {}
    for part in parts(accept_language):
        primary = part.name.partition("-")[0]
        weights[primary] = max(part.weight, weights.get(primary, 0.0))
    return max(offers, key=lambda one: weights.get(one, weights.get("*", 0.0)))
