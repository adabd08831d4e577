"""What a reader of the page wants to see, as the parameters of its address say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode

FILTERS: Final = (
    *("verdict", "severity", "layer", "check", "kind", "namespace"),
    *("reason", "source"),
)
"""By what findings are filtered, each by the parameter of its name."""
SEARCH: Final = "q"
TABLES: Final = (
    "findings",
    "groups",
    "nodes",
    "workloads",
    "argocd",
    "monitoring",
    "waivers",
)
"""The tables that are shown in pages; the parameter of that name is the page's number."""
_LONGEST = 200
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """A search, filters by name, and page numbers (from 1) by table; what is not asked is absent.

    Of a parameter that is given twice the last counts; one that nobody knows does not.
    """

    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, parameters: Iterable[tuple[str, str]]) -> "PageQuery":
        """Read the parameters; a number that is none is page 1."""
        given = {name: value.strip()[:_LONGEST] for name, value in parameters}
        return cls(
            search=given.get(SEARCH, ""),
            filters={name: given[name] for name in FILTERS if given.get(name)},
            pages={name: _number(given[name]) for name in TABLES if name in given},
        )

    @property
    def narrowed(self) -> bool:
        """Whether not everything is asked for."""
        return bool(self.search or self.filters)

    @property
    def words(self) -> tuple[str, ...]:
        """What has to occur in whatever is found."""
        return tuple(self.search.casefold().split())

    def at(self, table: str, number: int) -> str:
        """Return the address of another page of a *table*."""
        return f"{replace(self, pages={**self.pages, table: number}).address}#{table}"

    def only(self, **filters: str) -> str:
        """Return the address of the findings with these *filters*, and nothing else."""
        return f"{PageQuery(search=filters.pop(SEARCH, ''), filters=filters).address}#findings"

    @property
    def address(self) -> str:
        """Return the address of what is asked for, relative to the page."""
        pages = {name: str(number) for name, number in self.pages.items() if number > 1}
        search = {SEARCH: self.search} if self.search else {}
        return f"?{urlencode({**search, **self.filters, **pages})}"


def _number(text: str) -> int:
    good = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return max(1, int(text)) if good else 1
