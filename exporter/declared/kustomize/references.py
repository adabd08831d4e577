"""What kustomizations and the configurations of plugins refer to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from exporter.domain.errors import ParseError
from exporter.domain.json import as_text
from exporter.foreign.exact import check_tag
from exporter.foreign.yaml import Opaque, YamlList, YamlMap

_PLUGIN_FIELDS: Final = frozenset({"path", "paths", "files", "envs", "env"})
_REMOTE: Final = re.compile(
    r"git::|gh:|[a-z][a-z0-9+.-]*://|[a-z][a-z0-9._-]*@[a-z0-9.-]+[:/]|(?:www\.)?github\.com[/:]",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(r"[?&](?:ref|version)=")


@dataclass(frozen=True, slots=True)
class Reference:
    """Something outside the file that it names in *field*; *root* where it may be a directory.

    *hidden* is what the configuration of a plugin names, or seems to name; *entry* is then what
    leads to it: the path of that configuration, or the configuration itself. Of one that is *known*
    a checkout is at hand, at another revision.
    """

    field: str
    text: str
    line: int
    root: bool = False
    hidden: bool = False
    entry: str = ""
    known: bool = False

    @property
    def remote(self) -> bool:
        """Whether kustomize would take it for an address, not for a path."""
        return is_remote(self.text)


def is_remote(text: str) -> bool:
    """Tell whether kustomize would fetch *text* from the network, as its ``RepoSpec`` decides."""
    return bool(_REMOTE.match(text) or _REFERENCE.search(text))


def hidden_references(value: Any, *, builtin: bool = False) -> Iterator[Reference]:
    """Yield what the configuration of a plugin names, or seems to name.

    Raises :exc:`ParseError` where a tag hides what stands there, or a *builtin* one names a file by
    what is no text here: kustomize takes words as ``yes``, and numbers that are too long for it,
    for texts.
    """
    if isinstance(value, YamlMap):
        builtin = builtin or value.get("apiVersion") == "builtin"
        for key, part in value.items():
            if key.casefold() in _PLUGIN_FIELDS:
                for text, line in listed(part, value.line_of(key)):
                    if builtin:
                        check_text(key, text, line)
                    yield Reference("", source(as_text(text)), line, hidden=True)
            yield from hidden_references(part, builtin=builtin)
    elif isinstance(value, YamlList):
        for part in value:
            yield from hidden_references(part, builtin=builtin)
    elif isinstance(value, Opaque):
        check_tag(value.tag, value.line)


def listed(value: Any, line: int) -> Iterable[tuple[Any, int]]:
    """Return *value*, or what is in it if it is a list, with their lines."""
    return zip(value, value.lines, strict=True) if isinstance(value, YamlList) else [(value, line)]


def check_text(key: str, value: Any, line: int) -> None:
    """Refuse a number or a truth value where *key* names a file; raises :exc:`ParseError`."""
    if isinstance(value, int | float):
        raise ParseError(f"{key} names a file by what is no text; put it in quotes", line=line)


def source(text: str) -> str:
    """Return the path in ``key=path``, as generators write it."""
    key, equals, path = text.partition("=")
    return path if equals and not is_remote(key) else text
