"""YAML read into plain data that remembers its lines, bounded in depth, size and aliases.

Nothing is executed and no object but plain data is built. Scalars are resolved as Kubernetes'
tools resolve them, or as another dialect says (:mod:`.scalars`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from exporter.domain.errors import ParseError
from exporter.foreign import scalars
from exporter.foreign.exact import check_merge, check_tag
from exporter.foreign.scalars import KUBERNETES, Dialect

MAX_DEPTH = 200
MAX_NODES = 2_000_000
MAX_ALIASED = 200_000
_COLLECTIONS = {
    *(None, "!", "!unsafe"),
    *(f"{scalars.TAG}{one}" for one in ("map", "seq", "omap", "set")),
}
"""The tags of what is plain data."""


class YamlMap(dict[str, Any]):
    """A mapping that remembers where it (*line*) and each of its keys (*lines*) stand."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """Return the line of *key*, or of the mapping where it has no such key."""
        return self.lines.get(key, self.line)


class YamlList(list[Any]):
    """A sequence that remembers where it (*line*) and each of its items (*lines*) stand."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value under a tag that is not plain data, as ``!vault``; its content is not kept."""

    tag: str
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a stream: its value, and the line on which it begins."""

    value: Any
    line: int


def load_all(
    text: str, *, strict: bool = False, exact: bool = False, dialect: Dialect = KUBERNETES
) -> list[Document]:
    """Return the documents of a YAML stream; see :func:`stream`."""
    return list(stream(text, strict=strict, exact=exact, dialect=dialect))


def stream(
    text: str, *, strict: bool = False, exact: bool = False, dialect: Dialect = KUBERNETES
) -> Iterator[Document]:
    """Yield the documents of a YAML stream one by one; empty ones are left out.

    With *strict*, a key that stands twice in a mapping is an error; else the last one counts.
    With *exact*, so is what another program would read differently (:mod:`.exact`). Raises
    :exc:`ParseError` with the line for anything that is not YAML, is nested deeper than
    ``MAX_DEPTH``, holds more than ``MAX_NODES`` values or repeats more than ``MAX_ALIASED`` of
    them by aliases.
    """
    try:
        parser = yaml.CSafeLoader(text)
        build = _Build(parser.get_event, strict=strict, exact=exact, dialect=dialect)
        yield from build.documents()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        last = len(text.splitlines())  # what is missing at the end is missed behind it
        raise ParseError(
            said or "is not YAML", line=min(mark.line + 1, last) if mark else 0
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ParseError(
            f"holds a character that YAML does not allow: {error.reason}", line=line
        ) from None
    except yaml.YAMLError as error:
        raise ParseError(str(error).splitlines()[0]) from None
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise ParseError("holds half of a surrogate pair", line=line) from None


def load(
    text: str, *, strict: bool = False, exact: bool = False, dialect: Dialect = KUBERNETES
) -> Any:
    """Return the only document of *text*, or None where it is empty; see :func:`load_all`."""
    documents = load_all(text, strict=strict, exact=exact, dialect=dialect)
    if len(documents) > 1:
        raise ParseError("holds more than one document", line=documents[1].line)
    return documents[0].value if documents else None


def plain(value: Any) -> Any:
    """Return *value* as plain dicts and lists, without lines.

    Raises :exc:`ParseError` with the line where a value under a foreign tag stands in it.
    """
    if isinstance(value, dict):
        return {k: one if type(one) is str else plain(one) for k, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Opaque):
        raise ParseError(f"the tag {value.tag} is not known here", line=value.line)
    return value


def _is_empty(event: yaml.Event) -> bool:
    """Tell whether a document holds nothing, as after a ``---`` at the end of a file."""
    return isinstance(event, yaml.ScalarEvent) and not event.value and not event.style


class _Known(NamedTuple):
    """What an anchor stands for: a *value* of so many values (-1 while it is built) at a *line*.

    *text* is how a scalar is written.
    """

    value: Any
    size: int
    line: int
    text: str | None = None


@dataclass(slots=True)
class _Build:
    """Builds plain data from a parser's events; what an alias stands for once."""

    next: Callable[[], Any]
    strict: bool
    exact: bool = False
    dialect: Dialect = KUBERNETES
    depth: int = 0
    nodes: int = 0
    aliased: int = 0
    known: dict[str, _Known] = field(default_factory=dict)

    def documents(self) -> Iterator[Document]:
        """Yield one document after the other; anchors do not outlive theirs."""
        self.next()
        while isinstance(self.next(), yaml.DocumentStartEvent):
            root = self.next()
            value, line = self.value(root)
            self.next()
            self.known.clear()
            if not _is_empty(root):
                yield Document(value, line)

    def value(self, event: Any) -> tuple[Any, int]:
        """Return what begins with *event*, and the line of it or of what it stands for."""
        if isinstance(event, yaml.ScalarEvent) and event.anchor is None and event.tag is None:
            line = _line(event)  # what most events are
            self.count(1, line)
            return self.dialect.value(event), line
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        line = _line(event)
        self.count(1, line)
        if self.exact:
            check_tag(event.tag, line)
        if event.anchor is not None:
            return self.anchored(event, line), line
        return self.built(event, line), line

    def built(self, event: Any, line: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            tag = scalars.foreign_tag(event)
            return Opaque(tag, line) if tag else self.dialect.value(event)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ParseError("is nested too deeply", line=line)
        value = self.collection(event, line)
        self.depth -= 1
        return value

    def anchored(self, event: Any, line: int) -> Any:
        if event.anchor in self.known:
            raise ParseError(f"the anchor {event.anchor!r} stands twice", line=line)
        self.known[event.anchor] = _Known(None, -1, line)
        before = self.nodes - 1
        value = self.built(event, line)
        text = (self.dialect.key(event) or "") if isinstance(event, yaml.ScalarEvent) else None
        self.known[event.anchor] = _Known(value, self.nodes - before, line, text)
        return value

    def alias(self, event: yaml.AliasEvent) -> tuple[Any, int]:
        known = self.find(event)
        if known.size < 0:
            raise ParseError("an alias stands for what it is part of", line=known.line)
        self.count(known.size, known.line)
        if known.text is None:
            self.aliased += known.size
        if self.aliased > MAX_ALIASED:
            message = f"repeats more than {MAX_ALIASED:,} values by aliases"
            raise ParseError(message, line=known.line)
        return known.value, known.line

    def find(self, event: yaml.AliasEvent) -> _Known:
        known = self.known.get(event.anchor or "")
        if known is None:
            raise ParseError(f"found undefined alias {event.anchor!r}", line=_line(event))
        return known

    def count(self, size: int, line: int) -> None:
        self.nodes += size
        if self.nodes > MAX_NODES:
            raise ParseError(f"holds more than {MAX_NODES:,} values", line=line)

    def collection(self, event: Any, line: int) -> Any:
        if event.tag not in _COLLECTIONS:
            self.skip()
            return Opaque(event.tag, line)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(line)
        items = YamlList(line)
        while not isinstance(item := self.next(), yaml.SequenceEndEvent):
            value, at = self.value(item)
            items.append(value)
            items.lines.append(at)
        return items

    def skip(self) -> None:
        """Pass over what a collection holds, whose beginning was the last event."""
        inside = 1
        while inside:
            event = self.next()
            inside += isinstance(event, yaml.CollectionStartEvent)
            inside -= isinstance(event, yaml.CollectionEndEvent)
            if self.depth + inside > MAX_DEPTH:
                raise ParseError("is nested too deeply", line=_line(event))

    def mapping(self, line: int) -> YamlMap:
        result = YamlMap(line)
        merged: list[Any] = []
        before: set[str] = set()
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            if isinstance(event, yaml.ScalarEvent) and scalars.merges(event):
                bases = self.bases(event)
                if self.exact:
                    before |= set(check_merge(bases, (result, before), _line(event)))
                merged += bases
                continue
            key, at = self.key(event)
            if self.strict and key in result:
                raise ParseError(f"the key {key!r} stands twice", line=at)
            result[key], _ = self.value(self.next())
            result.lines[key] = at
        for base in merged:
            if not isinstance(base, YamlMap):
                raise ParseError("<< takes a mapping or a list of mappings", line=line)
            for key, value in base.items():
                if key not in result:
                    result[key] = value
                    result.lines[key] = base.line_of(key)
        return result

    def bases(self, event: Any) -> list[Any]:
        """Return what stands behind ``<<``, whose key is *event*, as a list."""
        if self.exact:
            check_tag(event.tag, _line(event))
        inherited, _ = self.value(self.next())
        return inherited if isinstance(inherited, YamlList) else [inherited]

    def key(self, event: Any) -> tuple[str, int]:
        """Return a key, which is a text whatever it looks like, and its line."""
        if isinstance(event, yaml.ScalarEvent):
            if self.exact:
                check_tag(event.tag, _line(event))
            if event.anchor is not None:
                self.anchored(event, _line(event))
            key = self.dialect.key(event)
            if key is None:
                raise ParseError("a key is nothing, or too large a number", line=_line(event))
            return key, _line(event)
        known = self.find(event) if isinstance(event, yaml.AliasEvent) else None
        if known is None or known.text is None:
            raise ParseError("a key is no plain text", line=known.line if known else _line(event))
        return known.text, known.line


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1
