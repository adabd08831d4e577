"""YAML read into plain data that remembers its lines, bounded in depth, size and aliases.

Nothing is executed and no object but plain data is built. Scalars are resolved as Kubernetes'
tools resolve them: YAML 1.1 without dates and base-60 numbers, which stay strings.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from sys import intern
from typing import Any

import yaml

from exporter.domain.errors import ParseError

MAX_DEPTH = 200
MAX_STACK = 10_000
MAX_NODES = 2_000_000
MAX_ALIASED = 200_000
MAX_DIGITS = 400
_TAG = "tag:yaml.org,2002:"
_BRACKETS = re.compile(r"[\[\]{}]")
_INDICATORS = re.compile(r"[-?](?=[ 	])")


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


def load_all(text: str, *, strict: bool = False) -> list[Document]:
    """Return the documents of a YAML stream; see :func:`stream`."""
    return list(stream(text, strict=strict))


def stream(text: str, *, strict: bool = False) -> Iterator[Document]:
    """Yield the documents of a YAML stream one by one; empty ones are left out.

    With *strict*, a key that stands twice in a mapping is an error; else the last one counts.
    Raises :exc:`ParseError` with the line for anything that is not YAML, is nested deeper than
    ``MAX_DEPTH``, holds more than ``MAX_NODES`` values or repeats more than ``MAX_ALIASED`` of
    them by aliases.
    """
    _bound_nesting(text)
    build = _Build(strict=strict)
    try:
        for node in _compose(text):
            yield Document(build.document(node), _line(node))
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


def load(text: str, *, strict: bool = False) -> Any:
    """Return the only document of *text*, or None where it is empty; see :func:`load_all`."""
    documents = load_all(text, strict=strict)
    if len(documents) > 1:
        raise ParseError("holds more than one document", line=documents[1].line)
    return documents[0].value if documents else None


def plain(value: Any) -> Any:
    """Return *value* as plain dicts and lists, without lines; equal keys are one object.

    Raises :exc:`ParseError` with the line where a value under a foreign tag stands in it.
    """
    if isinstance(value, dict):
        return {intern(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Opaque):
        raise ParseError(f"the tag {value.tag} is not known here", line=value.line)
    return value


def _compose(text: str) -> Iterator[yaml.Node]:
    loader = yaml.CSafeLoader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is not None and not _is_empty(node):
                yield node
    finally:
        loader.dispose()


def _is_empty(node: yaml.Node) -> bool:
    """Tell whether a document holds nothing, as after a ``---`` at the end of a file."""
    return isinstance(node, yaml.ScalarNode) and not node.value and not node.style


def _bound_nesting(text: str) -> None:
    """Refuse what could overflow the C parser's stack, before it sees it.

    Brackets add up over the lines of a document, block indicators (``- - -``) within one; both
    are counted without regard to quoting, hence generously.
    """
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line[:3] == "---" and line[3:4] in {"", " ", "\t", "\r"}:
            depth = 0
        if len(line) > MAX_STACK and len(_INDICATORS.findall(line)) > MAX_STACK:
            raise ParseError("is nested too deeply", line=number)
        for bracket in _BRACKETS.findall(line):
            depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
            if depth > MAX_STACK:
                raise ParseError("is nested too deeply", line=number)


@dataclass(slots=True)
class _Build:
    """Builds plain data from composed nodes; each aliased node once."""

    strict: bool
    depth: int = 0
    nodes: int = 0
    aliased: int = 0
    known: dict[int, tuple[Any, int]] = field(default_factory=dict)
    alive: list[yaml.Node] = field(default_factory=list)

    def document(self, node: yaml.Node) -> Any:
        """Build one document; anchors do not outlive it, so its nodes need not either."""
        value = self.value(node)
        self.known.clear()
        self.alive.clear()
        return value

    def value(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode):
            self.count(1, node)
            return _scalar(node)
        if id(node) in self.known:
            value, size = self.known[id(node)]
            if size < 0:
                raise ParseError("an alias stands for what it is part of", line=_line(node))
            self.count(size, node)
            self.aliased += size
            if self.aliased > MAX_ALIASED:
                raise ParseError(
                    f"repeats more than {MAX_ALIASED:,} values by aliases", line=_line(node)
                )
            return value
        self.alive.append(node)
        self.known[id(node)] = (None, -1)
        before = self.nodes
        self.count(1, node)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ParseError("is nested too deeply", line=_line(node))
        value = self.collection(node)
        self.depth -= 1
        self.known[id(node)] = (value, self.nodes - before)
        return value

    def count(self, size: int, node: yaml.Node) -> None:
        self.nodes += size
        if self.nodes > MAX_NODES:
            raise ParseError(f"holds more than {MAX_NODES:,} values", line=_line(node))

    def collection(self, node: yaml.Node) -> Any:
        plain = node.tag in {
            _TAG + "map",
            _TAG + "seq",
            _TAG + "omap",
            _TAG + "set",
            "!",
            "!unsafe",
        }
        if not plain:
            return Opaque(node.tag, _line(node))
        if isinstance(node, yaml.SequenceNode):
            items = YamlList(_line(node))
            for item in node.value:
                items.append(self.value(item))
                items.lines.append(_line(item))
            return items
        return self.mapping(node)

    def mapping(self, node: yaml.Node) -> YamlMap:
        result = YamlMap(_line(node))
        merged: list[Any] = []
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise ParseError("a key is no plain text", line=_line(key_node))
            if key_node.tag == _TAG + "merge":
                inherited = self.value(value_node)
                merged += inherited if isinstance(inherited, YamlList) else [inherited]
                continue
            key = _key(key_node)
            if self.strict and key in result:
                raise ParseError(f"the key {key!r} stands twice", line=_line(key_node))
            result[key] = self.value(value_node)
            result.lines[key] = _line(key_node)
        for base in merged:
            if not isinstance(base, YamlMap):
                raise ParseError("<< takes a mapping or a list of mappings", line=_line(node))
            for key, value in base.items():
                if key not in result:
                    result[key] = value
                    result.lines[key] = base.line_of(key)
        return result


def _line(node: yaml.Node) -> int:
    line: int = node.start_mark.line
    return line + 1


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    kind = node.tag.removeprefix(_TAG)
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() in {"yes", "true", "on"}
        case "int" if ":" not in text:
            return _integer(text)
        case "binary":
            return _binary(text)
        case "float" if ":" not in text:
            return _float(text)
        case _ if node.tag.startswith("!") and node.tag not in {"!", "!unsafe"}:
            return Opaque(node.tag, _line(node))
        case _:
            return text


def _key(node: yaml.ScalarNode) -> str:
    text: str = node.value
    return _binary(text) if node.tag == _TAG + "binary" else text


def _binary(text: str) -> str:
    """Return what *text* encodes, as Go's parsers do; else what is hidden in it would be missed."""
    try:
        return base64.b64decode(text).decode()
    except ValueError:
        return text


def _float(text: str) -> float | str:
    """Return a number; what only a tag says is one, as in ``!!float x``, stays a text."""
    try:
        return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text


def _integer(text: str) -> int | str:
    """Return a number; one of more digits than anything can have, or write, stays a text."""
    digits = text.replace("_", "").lower()
    body = digits.lstrip("+-")
    if len(body) > MAX_DIGITS:
        return text
    try:
        if body.startswith("0") and body.isdigit() and len(body) > 1:
            return int(digits, 8)
        return int(digits, 0)
    except ValueError:
        return text
