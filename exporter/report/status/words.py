"""The words of the page in one language: its own messages beside those of the report."""

import gettext
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from typing import Final

from exporter.domain.finding import Layer
from exporter.report.texts import Lang, Texts, mark
from exporter.report.texts import texts as texts_of_reports
from exporter.report.wording import LAYERS

DOMAIN: Final = "status"
_MONTHS: Final = (
    mark("Jan"),
    mark("Feb"),
    mark("Mar"),
    mark("Apr"),
    mark("May"),
    mark("Jun"),
    mark("Jul"),
    mark("Aug"),
    mark("Sep"),
    mark("Oct"),
    mark("Nov"),
    mark("Dec"),
)
_UNITS: Final = (
    (86_400, mark("{n} d")),
    (3_600, mark("{n} h")),
    (60, mark("{n} min")),
    (1, mark("{n} s")),
)
_MINUTE: Final = timedelta(minutes=1)
_RECENT: Final = timedelta(hours=1)
"""What is younger is told to the second."""


@dataclass(frozen=True, slots=True)
class Words(Texts):
    """The words of the page, told at the instant *now*."""

    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def age(self, lasting: timedelta) -> str:
        """Say how long something lasts in its two largest units; seconds only where it is short."""
        left, parts = max(0, int(lasting.total_seconds())), []
        for seconds, message in _UNITS:
            number, left = divmod(left, seconds)
            if number and not (seconds == 1 and lasting >= _MINUTE):
                parts.append(self.say(message, n=number))
        return " ".join(parts[:2]) or self.say("{n} s", n=0)

    def spelled(self, lasting: timedelta) -> str:
        """Say how long something lasts in whole words."""
        left = max(0, int(lasting.total_seconds()))
        days, left = divmod(left, 86_400)
        hours, left = divmod(left, 3_600)
        minutes, seconds = divmod(left, 60)
        found = (
            self.count("{n} day", "{n} days", days) if days else "",
            self.count("{n} hour", "{n} hours", hours) if hours else "",
            self.count("{n} minute", "{n} minutes", minutes) if minutes and not days else "",
            self.count("{n} second", "{n} seconds", seconds)
            if left == seconds and not (days or hours)
            else "",
        )
        parts = [one for one in found if one]
        return " ".join(parts[:2]) or self.count("{n} second", "{n} seconds", 0)

    def clock(self, at: datetime) -> str:
        """Return the time of the day, to the second where that is a moment ago."""
        there = at.astimezone(self.zone)
        return f"{there:%H:%M:%S}" if self.now - at < _RECENT else f"{there:%H:%M}"

    def when(self, at: datetime) -> str:
        """Return an instant: the time of today, else the day and the time, else the date."""
        there, now = at.astimezone(self.zone), self.now.astimezone(self.zone)
        if there.date() == now.date():
            return self.clock(at)
        if there.year != now.year:
            return self.date(at)
        return self.say("{date} {time}", date=self._of_year(there), time=f"{there:%H:%M}")

    def date(self, at: datetime) -> str:
        """Return the day of an instant, with the year where it is another one."""
        there = at.astimezone(self.zone)
        if there.year == self.now.astimezone(self.zone).year:
            return self._of_year(there)
        return self.say("{date} {year}", date=self._of_year(there), year=there.year)

    def _of_year(self, there: datetime) -> str:
        return self.say("{day} {month}", day=there.day, month=self.say(_MONTHS[there.month - 1]))

    def listed(self, names: Iterable[str], *, most: int = 3) -> str:
        """Return the first names, and how many more there are."""
        every = list(names)
        shown = ", ".join(every[:most])
        more = len(every) - most
        return self.say("{names} and {n} more", names=shown, n=more) if more > 0 else shown

    def layer(self, layer: Layer) -> str:
        """Return the name of a layer as the report has it; the menu means other Applications."""
        return texts_of_reports(self.lang).say(LAYERS[layer])

    def sentence(self, *parts: str) -> str:
        """Return *parts* that are sentences one after the other; empty ones are none."""
        return " ".join(part for part in parts if part)


def words(lang: Lang, *, now: datetime, zone: tzinfo = UTC) -> Words:
    """Return the words of *lang*; what the page does not say itself is the report's."""
    return Words(lang, _catalogue(lang), zone, now)


@cache
def _catalogue(lang: Lang) -> gettext.NullTranslations:
    if lang is Lang.EN:
        return gettext.NullTranslations()
    path = files("exporter.report").joinpath("locale", lang, "LC_MESSAGES", f"{DOMAIN}.mo")
    with path.open("rb") as compiled:
        own = gettext.GNUTranslations(compiled)
    own.add_fallback(texts_of_reports(lang).catalogue)
    return own
