"""What options take beside texts and numbers: each kind parsed in one place."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from exporter.domain.errors import ParseError
from exporter.domain.instants import parse_instant

LAST_PORT = 65_535
_ADDRESS = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.%]+)\]|(?P<host>[^:\[\]]*)):(?P<port>\d{1,5})")


class Instant(click.ParamType[datetime]):
    """RFC 3339 with a time zone."""

    name = "instant"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """Parse, or fail with what is wrong."""
        try:
            return parse_instant(str(value))
        except ParseError as error:
            self.fail(error.message, param, ctx)


class Address(click.ParamType[tuple[str, int]]):
    """``host:port``, ``:port`` or ``[IPv6]:port``."""

    name = "address"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, int]:
        """Parse, or fail with the forms that are known."""
        match = _ADDRESS.fullmatch(str(value))
        if match is None or int(match["port"]) > LAST_PORT:
            self.fail(f"{value!r} is no address; write host:port, :port or [::1]:port", param, ctx)
        return match["v6"] or match["host"] or "", int(match["port"])


class Written(click.ParamType[tuple[str, Path]]):
    """A format of *known* ones, and the file that it is written to."""

    name = "format=file"

    def __init__(self, known: Sequence[str]) -> None:
        self.known = known

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, Path]:
        """Parse, or fail with the formats that are known."""
        if isinstance(value, tuple):
            return value
        form, _, file = str(value).partition("=")
        if form not in self.known or not file:
            known = ", ".join(self.known)
            self.fail(f"{value!r} is no FORMAT=FILE; formats are {known}", param, ctx)
        return form, Path(file)


class Zone(click.ParamType[tzinfo]):
    """A time zone by its name in the IANA database."""

    name = "zone"

    def convert(self, value: Any, param: Any, ctx: Any) -> tzinfo:
        """Look the zone up; UTC is known without a database."""
        if isinstance(value, tzinfo) or value == "UTC":
            return UTC if value == "UTC" else value
        try:
            return ZoneInfo(str(value))
        except (KeyError, ValueError, OSError):
            self.fail(f"{value!r} is no known time zone; write one as Asia/Seoul", param, ctx)


class Prefix(click.ParamType[str]):
    """What all paths begin with."""

    name = "path"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Parse, or fail with what is wrong."""
        try:
            return self.parse(str(value))
        except ParseError as error:
            self.fail(error.message, param, ctx)

    def parse(self, text: str) -> str:
        """Return the prefix; raises :exc:`ParseError`."""
        from exporter.runtime.web.prefix import parse_prefix

        return parse_prefix(text)


class ExternalUrl(Prefix):
    """An address, of which the path is what all paths begin with."""

    name = "url"

    def parse(self, text: str) -> str:
        """Return the prefix; raises :exc:`ParseError`."""
        from exporter.runtime.web.prefix import parse_external_url

        return parse_external_url(text)
