"""Functions that make texts; each checks its outcome's length before it makes it.

Source: sprig v3 (``strings.go``), Go's ``fmt`` and ``encoding/json``, and Argo CD's
``applicationset/utils`` (``SlugifyName``, on gosimple/slug).
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.declared.argocd.gotemplate.arguments import (
    as_string,
    ascii_text,
    bounded,
    is_nil,
    text,
    whole,
)
from exporter.declared.argocd.gotemplate.syntax import UnsupportedError
from exporter.declared.argocd.gotemplate.values import (
    MISSING,
    Nil,
    Unordered,
    normalise_name,
    to_text,
)
from exporter.domain.errors import ParseError

MAX_PARTS = 50_000
MAX_NESTING = 200
_VERB = re.compile(r"%(?P<minus>-?)(?P<zero>0?)(?P<width>\d{0,3})(?P<verb>.?)", re.DOTALL)
_WORD = re.compile(r"(?<![A-Za-z0-9_])[a-z]")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"})
_JSON_ESCAPES = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"})
_JSON_PLAIN = (1e-6, 1e21)
_SLUG = 50
_SLUG_ARGUMENTS = 3


def replaced(old: Any, new: Any, value: Any) -> str:
    """Return ``replace``."""
    old, new, value = text(old), text(new), text(value)
    bounded(len(value) + value.count(old) * len(new))
    return str(value.replace(old, new))


def trimmed(letters: Any, value: Any) -> str:
    """Return ``trimAll``."""
    return text(value).strip("".join(dict.fromkeys(text(letters))))


def changed_case(value: Any, change: Callable[[str], str]) -> str:
    """Return ``lower`` or ``upper``: as in Go, no letter becomes two."""
    found = text(value)
    if found.isascii():
        return change(found)
    return "".join(change(one) if len(change(one)) == 1 else one for one in found)


def titled(value: Any) -> str:
    """Return ``title``."""
    return _WORD.sub(lambda found: found[0].upper(), ascii_text(value))


def quoted(*values: Any) -> str:
    """Return ``quote``: each value as a Go string, nil left out."""
    return " ".join(map(_quoted, _bounded_texts(values)))


def single_quoted(*values: Any) -> str:
    """Return ``squote``."""
    return " ".join(f"'{one}'" for one in _bounded_texts(values))


def _bounded_texts(values: Iterable[Any]) -> list[str]:
    """Return values as texts but nil, unless they are too much together."""
    found = [as_string(one) for one in values if not is_nil(one)]
    bounded(sum(map(len, found)))
    return found


def _quoted(value: str) -> str:
    if not re.sub(r"[\n\t\r]", "", value).isprintable():
        raise UnsupportedError("quoting a letter that cannot be printed")
    return f'"{value.translate(_ESCAPES)}"'


def truncated(length: Any, value: Any) -> str:
    """Return ``trunc``; a negative length counts from the end."""
    size, found = whole(length), ascii_text(value)
    if size >= 0:
        return found[:size]
    return found[size:] if len(found) + size > 0 else found


def substring(start: Any, end: Any, value: Any) -> str:
    """Return ``substr``."""
    low, high, found = whole(start), whole(end), ascii_text(value)
    if low < 0:
        low, open_end = 0, False
    else:
        open_end = high < 0 or high > len(found)
    high = len(found) if open_end else high
    if not 0 <= low <= high <= len(found):
        raise ParseError("substr is out of range")
    return found[low:high]


def indented(spaces: Any, value: Any) -> str:
    """Return ``indent``."""
    found, width = text(value), whole(spaces)
    if width < 0:
        raise ParseError("indent is called with a negative number")
    bounded(len(found) + (found.count("\n") + 1) * width)
    return " " * width + found.replace("\n", "\n" + " " * width)


def repeated(times: Any, value: Any) -> str:
    """Return ``repeat``."""
    count, found = whole(times), text(value)
    if count < 0:
        raise ParseError("repeat is called with a negative number")
    bounded(len(found) * count)
    return found * count


def joined(separator: Any, value: Any) -> str:
    """Return ``join``; what is no list is joined alone, nil items are left out."""
    values = value if isinstance(value, list) else [value]
    parts = _bounded_texts(values)
    between = text(separator)
    bounded(sum(map(len, parts)) + len(between) * len(parts))
    return between.join(parts)


def split(separator: Any, value: Any) -> list[str]:
    """Return ``splitList``."""
    between, found = text(separator), text(value)
    return found.split(between) if between else list(found)


def as_json(value: Any) -> str:
    """Return ``toJson``."""
    return _as_json(value, separators=(",", ":"))


def as_pretty_json(value: Any) -> str:
    """Return ``toPrettyJson``."""
    return _as_json(value, separators=(",", ": "), indent=2)


def _as_json(value: Any, *, separators: tuple[str, str], indent: int | None = None) -> str:
    plain = _Json().of(value, 0)
    found = json.dumps(plain, separators=separators, indent=indent, ensure_ascii=False)
    bounded(len(found))
    return found.translate(_JSON_ESCAPES)


def printed(*values: Any) -> str:
    """Return ``print``: a space between two of which neither is a text."""
    parts: list[str] = []
    for at, value in enumerate(values):
        if at and not isinstance(value, str) and not isinstance(values[at - 1], str):
            parts.append(" ")
        parts.append(as_string(value))
    bounded(sum(map(len, parts)))
    return "".join(parts)


def printed_line(*values: Any) -> str:
    """Return ``println``."""
    parts = [as_string(value) for value in values]
    bounded(sum(map(len, parts)) + len(parts))
    return " ".join(parts) + "\n"


@dataclass(slots=True)
class _Json:
    """Makes values as Go marshals them, of so many parts and letters at the most."""

    parts: int = 0
    letters: int = 0

    def of(self, value: Any, depth: int) -> Any:
        """Return a value with its keys sorted, and whole numbers without a point."""
        self.parts += 1
        if self.parts > MAX_PARTS or depth > MAX_NESTING:
            raise ParseError("a template makes a value that is too large")
        if isinstance(value, str):
            return self._written(value)
        if isinstance(value, Unordered):
            value.bound_order()
        if isinstance(value, Nil):
            return None
        if isinstance(value, dict):
            return {self._written(key): self.of(value[key], depth + 1) for key in sorted(value)}
        if isinstance(value, list):
            return [self.of(one, depth + 1) for one in value]
        if isinstance(value, float):
            if value and not _JSON_PLAIN[0] <= abs(value) < _JSON_PLAIN[1]:
                raise UnsupportedError("a number that large or small in JSON")
            return int(value) if value.is_integer() else value
        if isinstance(value, Mapping):
            raise UnsupportedError("a version in JSON")
        return None if value is MISSING else value

    def _written(self, text: str) -> str:
        self.letters += len(text)
        bounded(self.letters)
        return text


def formatted(pattern: Any, *arguments: Any) -> str:
    """Return ``printf`` for the verbs ``s v q d t`` and plain widths."""
    left = list(arguments)
    length = 0

    def written(part: str) -> str:
        nonlocal length
        length += len(part)
        bounded(length)
        return part

    def shown(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        if not left:
            raise UnsupportedError("printf with too few arguments")
        width = int(found["width"] or 0)
        done = _verb(found["verb"], left.pop(0), width)
        if found["minus"]:
            return written(done.ljust(width))
        zero = found["zero"] and found["verb"] == "d"
        return written(done.zfill(width) if zero else done.rjust(width))

    done = _VERB.sub(shown, text(pattern))
    if left:
        raise UnsupportedError("printf with too many arguments")
    bounded(len(done))
    return done


_TYPES = {bool: "bool", float: "float64", str: "string"}


def _verb(verb: str, value: Any, width: int) -> str:
    match verb, value:
        case "s" | "v", str():
            return value
        case "v", _:
            return as_string(value)
        case "q", str():
            return _quoted(value)
        case "t", bool():
            return to_text(value)
        case "d", int() if not isinstance(value, bool):
            return str(value)
        case (("s" | "d" | "t" | "q"), bool() | float() | str()) if not width and (
            verb != "q" or isinstance(value, bool | float)
        ):
            return f"%!{verb}({_TYPES[type(value)]}={to_text(value)})"
        case _:
            raise UnsupportedError(f"printf with %{verb} of such a value")


def slugified(*arguments: Any) -> str:
    """Return ``slugify``: normalised, and cut after a whole word (``[size [smart]] name``)."""
    if not 0 < len(arguments) <= _SLUG_ARGUMENTS:
        raise UnsupportedError("slugify with such arguments")
    size = whole(arguments[0]) if len(arguments) > 1 else _SLUG
    smart = arguments[1] if len(arguments) == _SLUG_ARGUMENTS else True
    slug = re.sub(r"-+", "-", normalise_name(text(arguments[-1])).replace(".", "-")).strip("-")
    if size <= 0 or len(slug) <= size:
        return slug
    return _whole_words(slug, size) if smart is True else slug[:size].strip("-")


def _whole_words(slug: str, size: int) -> str:
    kept = ""
    for word in re.findall(r"[^-]*-?", slug):
        if len(kept) + len(word.rstrip("-")) > size:
            break
        kept += word
    return kept.strip("-") or slug[:size]
