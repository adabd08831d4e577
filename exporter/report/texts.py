"""What reports say in which language: messages, numbers, dates.

Messages are English and are looked up in GNU gettext catalogues, ``locale/LANG/LC_MESSAGES``. A
value is filled into a message by its name, as ``str.format`` does, and never read as a message.
"""

import gettext
import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from functools import cache
from importlib.resources import files

from exporter.report.details import catalogue, details
from exporter.report.particles import resolved

DOMAIN = "report"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)")
ALMOST = 0.999
"""The most that is shown of what is not whole."""


def share(part: float) -> str:
    """Return *part* of one as a percentage; only a whole is 100%."""
    return "100%" if part >= 1 else f"{min(part, ALMOST):.1%}"


class Lang(StrEnum):
    """The languages of reports, as BCP 47 names them."""

    EN = "en"
    KO = "ko"


def mark(message: str) -> str:
    """Return *message*: marks it as one for the catalogues where it is only looked up later."""
    return message


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one language; instants are told in *zone*."""

    lang: Lang
    catalogue: gettext.NullTranslations
    zone: tzinfo = UTC

    def say(self, message: str, **values: object) -> str:
        """Return *message* in this language, with *values* in its placeholders."""
        return self._spoken(self.catalogue.gettext(message).format_map(values))

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """Return *one* or *many* as *number* asks for, which fills ``{n}``."""
        message = self.catalogue.ngettext(one, many, number)
        return self._spoken(message.format_map({"n": self.number(number), **values}))

    def _spoken(self, text: str) -> str:
        return resolved(text) if self.lang is Lang.KO else text

    def number(self, number: int) -> str:
        """Return a whole number, its thousands apart."""
        return f"{number:,}"

    def detail(self, text: str) -> str:
        """Return what a check or a reader wrote in English, with its values and names as they are.

        Instants in it are told in the zone. A sentence that no catalogue knows stays as it is.
        """
        rest = self.catalogue.gettext("{shown} and {n} more")
        return self._spoken(_INSTANT.sub(self._dated, details(self.lang, rest=rest).say(text)))

    def _dated(self, found: re.Match[str]) -> str:
        try:
            return self.instant(datetime.fromisoformat(found[0]))
        except (ValueError, OverflowError):
            return found[0]

    def term(self, text: str) -> str:
        """Return the name of a property, or a word that a check chose, in this language."""
        words = catalogue(self.lang).get("words", {})
        return words.get(text) or self.detail(text)

    def share(self, part: float) -> str:
        """Return *part* of one as a percentage; only a whole is 100%."""
        return share(part)

    def instant(self, at: datetime) -> str:
        """Return an instant to the minute, with its time zone."""
        there = at.astimezone(self.zone)
        return f"{self.day(at)} {there:%H:%M} {there.tzname()}"

    def day(self, at: datetime) -> str:
        """Return the day of an instant."""
        there = at.astimezone(self.zone)
        return self.say(
            "{year}-{month:02}-{day:02}", year=there.year, month=there.month, day=there.day
        )


def texts(lang: Lang, *, zone: tzinfo = UTC) -> Texts:
    """Return the words of *lang*, with instants told in *zone*."""
    return Texts(lang, _catalogue(lang), zone)


@cache
def _catalogue(lang: Lang) -> gettext.NullTranslations:
    if lang is Lang.EN:
        return gettext.NullTranslations()
    path = files("exporter.report").joinpath("locale", lang, "LC_MESSAGES", f"{DOMAIN}.mo")
    with path.open("rb") as compiled:
        return gettext.GNUTranslations(compiled)
