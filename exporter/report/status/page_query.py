"""What a reader of the page wants to see, as the parameters of its address say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode

from exporter.report.status.grouping import By
from exporter.report.texts import Lang

FILTERS: Final = (
    *("verdict", "severity", "layer", "check", "kind", "namespace"),
    *("reason", "source", "owner", "new"),
)
"""By what findings are filtered, each by the parameter of its name."""
SEARCH: Final = "q"
GROUP: Final = "by"
PAGE: Final = "page"
LANG: Final = "lang"
_LONGEST = 200
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """A search, filters by name, how to group, and which page, from 1; what is not asked is absent.

    *lang* is the language that the address names, if it does. Of a parameter that is given twice
    the last counts; one that nobody knows does not.
    """

    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    by: By = By.CAUSE
    page: int = 1
    lang: Lang | None = None

    @classmethod
    def of(cls, parameters: Iterable[tuple[str, str]]) -> "PageQuery":
        """Read the parameters; a number that is none is page 1."""
        given = {name: value.strip()[:_LONGEST] for name, value in parameters}
        by, lang = given.get(GROUP, ""), given.get(LANG, "")
        return cls(
            search=given.get(SEARCH, ""),
            filters={name: given[name] for name in FILTERS if given.get(name)},
            by=By(by) if by in frozenset(By) else By.CAUSE,
            page=_number(given.get(PAGE, "1")),
            lang=Lang(lang) if lang in frozenset(Lang) else None,
        )

    @property
    def narrowed(self) -> bool:
        """Whether not everything is asked for."""
        return bool(self.search or self.filters)

    @property
    def words(self) -> tuple[str, ...]:
        """What has to occur in whatever is found."""
        return tuple(self.search.casefold().split())

    def at(self, number: int) -> str:
        """Return the address of another page of the same."""
        return replace(self, page=number).address

    def grouped(self, by: By) -> str:
        """Return the address of the same, grouped otherwise."""
        return replace(self, by=by, page=1).address

    def only(self, *asked: tuple[str, str], **filters: str) -> str:
        """Return the address of the findings with these *filters*, and nothing else."""
        every = {**dict(asked), **filters}
        search = every.pop(SEARCH, "")
        return PageQuery(search=search, filters=every, lang=self.lang).address

    def told_in(self, lang: Lang) -> str:
        """Return the address of the same in another language."""
        return replace(self, lang=lang).address

    @property
    def everything(self) -> str:
        """The address of the page without any filter."""
        return PageQuery(lang=self.lang).address

    @property
    def kept(self) -> str:
        """What has to stand in addresses of other pages: the language, where one is named."""
        return f"?{LANG}={self.lang}" if self.lang else ""

    @property
    def address(self) -> str:
        """Return the address of what is asked for, relative to the page."""
        search = {SEARCH: self.search} if self.search else {}
        by = {GROUP: str(self.by)} if self.by is not By.CAUSE else {}
        page = {PAGE: str(self.page)} if self.page > 1 else {}
        lang = {LANG: str(self.lang)} if self.lang else {}
        return f"?{urlencode({**search, **self.filters, **by, **page, **lang})}"


def _number(text: str) -> int:
    good = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return max(1, int(text)) if good else 1
