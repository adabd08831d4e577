"""Holds pinned requirements against advisories in a folder, where no service can be asked.

``python -m supply.advisories FOLDER REQUIREMENTS...``

The folder has files of the Open Source Vulnerability format, as its exports have them. Exit code: 0
nothing is known, 1 something is, 2 it cannot be told. Source: the OSV schema 1.7 (``affected``,
``ranges``, ``versions``, ``withdrawn``).
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_PIN: Final = re.compile(r"^([a-z0-9.-]+)==([^ ;\\]+)", re.MULTILINE)
_SHOWN: Final = 100
NOTHING, SOMETHING, UNKNOWN = range(3)


class AdvisoryError(Exception):
    """An advisory that cannot be read: it may have been about anything."""


class Found(NamedTuple):
    """A pinned package that an advisory is about."""

    package: str
    version: str
    advisory: str
    summary: str


def search(folder: Path, pins: Mapping[str, set[str]]) -> Iterator[Found]:
    """Yield what is known of pinned packages.

    Raises :exc:`AdvisoryError` where an advisory cannot be read, and where there are none.
    """
    seen = False
    for path in sorted(folder.rglob("*.json")):
        advisory = _load(path)
        for affected in advisory.get("affected", ()):
            package = affected.get("package", {})
            if package.get("ecosystem") != "PyPI":
                continue
            seen = True
            name = canonicalize_name(package.get("name", ""))
            for version in sorted(pins.get(name, ())):
                if "withdrawn" not in advisory and _concerns(affected, version, path):
                    summary = str(advisory.get("summary", ""))[:_SHOWN]
                    yield Found(name, version, str(advisory.get("id", path.stem)), summary)
    if not seen:
        raise AdvisoryError(f"{folder} has no advisories for packages of Python")


def _load(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise AdvisoryError(f"{path} cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise AdvisoryError(f"{path} is no advisory")
    return found


def _concerns(affected: Mapping[str, Any], version: str, path: Path) -> bool:
    """Tell whether a version is named, or lies in one of the ranges."""
    if version in affected.get("versions", ()):
        return True
    ranges = (one for one in affected.get("ranges", ()) if one.get("type") == "ECOSYSTEM")
    try:
        return any(_within(one.get("events", ()), Version(version)) for one in ranges)
    except InvalidVersion as error:
        raise AdvisoryError(f"{path} has a version that is none: {error}") from None


def _within(events: Sequence[Mapping[str, str]], version: Version) -> bool:
    """Go through the events of a range in the order of their versions."""
    inside = False
    for kind, text in sorted(
        ((kind, text) for event in events for kind, text in event.items()), key=_order
    ):
        at = Version(text)
        if kind == "introduced" and version >= at:
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def _order(event: tuple[str, str]) -> tuple[Version, bool]:
    kind, text = event
    return Version(text), kind == "introduced"


def pinned(paths: Sequence[Path]) -> Mapping[str, set[str]]:
    """Return the versions of each package that requirements pin."""
    found: dict[str, set[str]] = {}
    for path in paths:
        for name, version in _PIN.findall(path.read_text()):
            found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def main(arguments: Sequence[str]) -> int:
    """Tell what is known, and return the exit code."""
    folder, *paths = map(Path, arguments)
    try:
        found = list(search(folder, pinned(paths)))
    except AdvisoryError as error:
        print(f"Nothing was audited: {error}", file=sys.stderr)  # noqa: T201 - its output
        return UNKNOWN
    for one in found:
        print(f"{one.package} {one.version}: {one.advisory} {one.summary}")  # noqa: T201 - its output
    return SOMETHING if found else NOTHING


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
