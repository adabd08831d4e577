"""Which variant of a document a reader prefers, by the headers of the request.

Source: RFC 9110, 12.5.1 (Accept) and 12.5.4 (Accept-Language). Nothing that a client sends is
echoed.
"""

from collections.abc import Iterator, Sequence

_MOST_RANGES = 50


def preferred_type(accept: str, offers: Sequence[str]) -> str:
    """Return the media type of *offers* that an Accept header likes best.

    The first of them where several are liked equally, or none is.
    """
    weights = dict(_ranges(accept))

    def weight(offer: str) -> float:
        covering = (offer, f"{offer.partition('/')[0]}/*", "*/*")  # the most specific counts
        return next((weights[one] for one in covering if one in weights), 0.0)

    return max(offers, key=weight)


def preferred_language(accept_language: str, offers: Sequence[str]) -> str:
    """Return the language of *offers* that an Accept-Language header likes best.

    Regions do not matter: ``ko-KR`` likes ``ko``. The first of them where none is liked.
    """
    weights: dict[str, float] = {}
    for wanted, weight in _ranges(accept_language):
        primary = wanted.partition("-")[0]
        weights[primary] = max(weight, weights.get(primary, 0.0))
    return max(offers, key=lambda one: weights.get(one, weights.get("*", 0.0)))


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    """Yield what a header names, with its weight; 0 where that is malformed."""
    for element in header.split(",")[:_MOST_RANGES]:
        name, *parameters = (piece.strip().lower() for piece in element.split(";"))
        weights = [one.removeprefix("q=") for one in parameters if one.startswith("q=")]
        if name:
            yield name, _weight(weights[0] if weights else "1")


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
