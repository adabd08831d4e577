"""A chart as it would be rendered at another time: what its clock decides shows as a difference."""

import io
import re
import tarfile
from collections.abc import Mapping
from typing import Final

from exporter.declared.helm.chart import ARCHIVES, members

_ACTION: Final = re.compile(rb"\{\{.*?\}\}", re.DOTALL)
_NOW: Final = re.compile(rb"(?<![$.\w\"-])now(?![\w\"-])")
_SINCE: Final = re.compile(rb"(?<![$.\w\"-])(?:ago|durationRound)(?![\w\"-])")
_THEN: Final = b"(toDate `2006-01-02 15:04:05` `2001-02-03 04:05:06`)"


def at_another_time(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return *files* with templates that take another instant for now."""
    return {name: _altered(name, data) for name, data in files.items()}


def _altered(name: str, data: bytes) -> bytes:
    if not name.endswith(ARCHIVES):
        return _ACTION.sub(_in_action, data)
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w:gz") as archive:
        for inner, content in members(data, name=name):
            altered = _altered(inner, content)
            entry = tarfile.TarInfo(inner)
            entry.size = len(altered)
            archive.addfile(entry, io.BytesIO(altered))
    return output.getvalue()


def _in_action(action: re.Match[bytes]) -> bytes:
    return _SINCE.sub(b"toString", _NOW.sub(_THEN, action[0]))
