"""A chart as it would be rendered at another time: what its clock decides shows as a difference."""

import io
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from exporter.declared.helm.chart import ARCHIVES, actions, members
from exporter.declared.helm.plan import Plan

_NOW: Final = re.compile(rb"(?<![$.\w\"-])now(?![\w\"-])")
_SINCE: Final = re.compile(rb"(?<![$.\w\"-])(?:ago|durationRound)(?![\w\"-])")
_THEN: Final = b"(toDate `2006-01-02 15:04:05` `2001-02-03 04:05:06`)"


def at_another_time(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return *files* with templates that take another instant for now."""
    return {name: _altered(name, data) for name, data in files.items()}


def planned_at_another_time(planned: Plan) -> Plan:
    """Return a plan whose own texts take another instant for now."""
    return replace(
        planned,
        release=_altered_text(planned.release),
        values=_altered_text(planned.values),
        settings=tuple((option, _altered_text(setting)) for option, setting in planned.settings),
    )


def _altered_text(text: str) -> str:
    return b"".join(_with_actions(text.encode())).decode()


def _altered(name: str, data: bytes) -> bytes:
    if not name.endswith(ARCHIVES):
        return b"".join(_with_actions(data))
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w:gz") as archive:
        for inner, content in members(data, name=name):
            altered = _altered(inner, content)
            entry = tarfile.TarInfo(inner)
            entry.size = len(altered)
            archive.addfile(entry, io.BytesIO(altered))
    return output.getvalue()


def _with_actions(data: bytes) -> Iterator[bytes]:
    """Yield a text in parts, its actions altered."""
    before = 0
    for start, end in actions(data):
        yield data[before:start]
        yield _SINCE.sub(b"toString", _NOW.sub(_THEN, data[start:end]))
        before = end
    yield data[before:]
