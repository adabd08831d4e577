"""Registries of Helm charts, and what of them is asked for."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from exporter.domain.errors import ParseError

_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,200}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,250}")
_PORTS: Final = {"http": 80, "https": 443, "oci": 443}


@dataclass(frozen=True, slots=True)
class Registry:
    """A Helm repository (*scheme* http or https) or an OCI registry (oci), with a path in it."""

    scheme: str
    host: str
    port: int
    parts: tuple[str, ...]

    @property
    def is_oci(self) -> bool:
        """Whether charts are artifacts there, and no files beside an index."""
        return self.scheme == "oci"

    @property
    def authority(self) -> str:
        """Its host, with the port unless that is the usual one."""
        usual = _PORTS[self.scheme] == self.port
        return self.host if usual else f"{self.host}:{self.port}"

    @property
    def folder(self) -> tuple[str, ...]:
        """The folder that its charts lie in: its host, a port with ``-``, and its path."""
        return (self.authority.replace(":", "-"), *self.parts)

    def holds(self, other: "Registry") -> bool:
        """Tell whether *other* is this one, or lies below it."""
        same = (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)
        return same and other.parts[: len(self.parts)] == self.parts

    def __str__(self) -> str:
        return f"{self.scheme}://{'/'.join((self.authority, *self.parts))}"


def parse_registry(text: str) -> Registry:
    """Return the registry with the address *text*; without a scheme it is an OCI registry.

    Raises :exc:`ParseError` for one with a user, or with anything else but a host and a path.
    """
    written = text if "://" in text else f"oci://{text}"
    error = ParseError(f"{text[:200]!r} is no address of a registry of charts")
    try:
        parts = urlsplit(written)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise error from None
    if port == 0 or parts.scheme not in _PORTS or not _HOST.fullmatch(host):
        raise error
    if parts.username is not None:
        raise ParseError("an address of a registry holds a user; name it in basic_auth")
    path = tuple(one for one in parts.path.split("/") if one)
    if parts.query or parts.fragment or not all(map(_PART.fullmatch, path)):
        raise ParseError(f"{text[:200]!r} has more than a host and a path")
    return Registry(parts.scheme, host, port or _PORTS[parts.scheme], path)


class Wanted(StrEnum):
    """What of a registry is asked for."""

    INDEX = "index"
    TAGS = "tags"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartRequest:
    """Something that a reader lacks of the *registry*: its index, or what is there of a chart.

    *name* and *version* are those of a chart; *url* is where its archive lies, *digest* that of the
    archive, as far as an index says so. A *stale* one is there, and lacks what it should have.
    """

    wanted: Wanted
    registry: str
    name: str = ""
    version: str = ""
    url: str = ""
    digest: str = ""
    stale: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """Where it is stored: parts of a path in the folder of charts.

        Raises :exc:`ParseError` where one of them would lead elsewhere.
        """
        folder = parse_registry(self.registry).folder
        match self.wanted:
            case Wanted.INDEX:
                return (*folder, INDEX)
            case Wanted.TAGS:
                file = tags_file(self.name)
            case Wanted.ARCHIVE:
                file = archive_file(self.name, self.version)
        if not is_file(file):
            raise ParseError(f"{file[:200]!r} is no name of a chart")
        return (*folder, file)


INDEX: Final = "index.yaml"
"""What a Helm repository calls the list of its charts."""


def tags_file(name: str) -> str:
    """Return the name of the file that has the versions of a chart in an OCI registry."""
    return f"{name}.tags.json"


def archive_file(name: str, version: str) -> str:
    """Return the name of the file of a chart, as ``helm pull`` writes it."""
    return f"{name}-{version}.tgz"


def is_file(name: str) -> bool:
    """Tell whether *name* may be that of a file in the folder of charts."""
    return bool(_FILE.fullmatch(name)) and ".." not in name


def is_chart(name: str) -> bool:
    """Tell whether *name* may be that of a chart."""
    return bool(_NAME.fullmatch(name))


@dataclass(frozen=True, slots=True)
class NotFetched:
    """Why something of a registry could not be had, and what to do about it."""

    message: str
    advice: str = ""
