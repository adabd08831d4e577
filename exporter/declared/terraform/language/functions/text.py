"""Functions over strings."""

import posixpath
import re
from collections.abc import Mapping

from exporter.declared.terraform.language import go_text
from exporter.declared.terraform.language.conversion import as_list, strings
from exporter.declared.terraform.language.graphemes import graphemes
from exporter.declared.terraform.language.value_types import STRING
from exporter.declared.terraform.language.values import (
    MAX_ITEMS,
    MAX_TEXT,
    Data,
    Function,
    Value,
    failed,
    text,
    unknown,
    whole,
)

_NEWLINES = re.compile(r"(?:\r\n?|\n)*\Z")


def join(separator: Value, *lists: Value) -> Data:
    """Join the elements of lists."""
    if not lists:
        raise failed("join()", "is called with the wrong number of arguments")
    parts = [text(item) for source in lists for item in as_list(source, STRING)]
    if sum(map(len, parts)) + len(parts) * len(text(separator)) > MAX_TEXT:
        raise unknown("join()", "gives a text of more than 1 MiB")
    return text(separator).join(parts)


def split(separator: Value, value: Value) -> Data:
    """Split a string at each separator."""
    if (text(value).count(text(separator)) if text(separator) else len(text(value))) > MAX_ITEMS:
        raise unknown("split()", f"gives more than {MAX_ITEMS:,} elements")
    parts = text(value).split(text(separator)) if text(separator) else list(text(value))
    return strings(parts, value.at)


def lower(value: Value) -> Data:
    """Return the string in lower case."""
    return go_text.lower(text(value))


def upper(value: Value) -> Data:
    """Return the string in upper case."""
    return go_text.upper(text(value))


def title(value: Value) -> Data:
    """Return the string with the first letter of each word in upper case."""
    return go_text.title(text(value))


def substr(value: Value, offset: Value, length: Value) -> Data:
    """Return *length* characters from *offset* on; -1 is all of them."""
    letters, start, count = list(graphemes(text(value))), whole(offset), whole(length)
    if start < 0:
        start = max(start + len(letters), 0)
        count = count or -1  # without an end, as none of its letters is the last
    return "".join(letters[start:] if count < 0 else letters[start : start + count])


def strrev(value: Value) -> Data:
    """Return the string from its end to its beginning."""
    return "".join(reversed(list(graphemes(text(value)))))


def trim(value: Value, letters: Value) -> Data:
    """Remove the given letters from both ends."""
    found = text(value)
    wanted = frozenset(text(letters))  # each end is held against all of them
    start, end = 0, len(found)
    while start < end and found[start] in wanted:
        start += 1
    while end > start and found[end - 1] in wanted:
        end -= 1
    return found[start:end]


def trimprefix(value: Value, prefix: Value) -> Data:
    """Remove a prefix."""
    return text(value).removeprefix(text(prefix))


def trimsuffix(value: Value, suffix: Value) -> Data:
    """Remove a suffix."""
    return text(value).removesuffix(text(suffix))


def trimspace(value: Value) -> Data:
    """Remove blanks from both ends."""
    return text(value).strip(go_text.SPACE)


def chomp(value: Value) -> Data:
    """Remove newlines from the end."""
    return _NEWLINES.sub("", text(value), count=1)


def startswith(value: Value, prefix: Value) -> Data:
    """Tell whether the string begins with *prefix*."""
    return text(value).startswith(text(prefix))


def endswith(value: Value, suffix: Value) -> Data:
    """Tell whether the string ends with *suffix*."""
    return text(value).endswith(text(suffix))


def strcontains(value: Value, part: Value) -> Data:
    """Tell whether the string holds *part*."""
    return text(part) in text(value)


def basename(value: Value) -> Data:
    """Return the last part of a path."""
    path = text(value)
    return posixpath.basename(path.rstrip("/")) or ("/" if path else ".")


def dirname(value: Value) -> Data:
    """Return a path without its last part."""
    path = text(value)
    folder = path[: path.rfind("/") + 1]
    return (
        "/" + posixpath.normpath(folder).lstrip("/")
        if folder[:1] == "/"
        else posixpath.normpath(folder or ".")
    )


def indent(spaces: Value, value: Value) -> Data:
    """Indent all lines but the first."""
    width = whole(spaces)
    if not 0 <= width <= 100:  # noqa: PLR2004 - more is no indentation
        raise unknown("indent()", "is not evaluated for such a width")
    source = text(value)
    if len(source) + source.count("\n") * width > MAX_TEXT:
        raise unknown("indent()", "gives a text of more than 1 MiB")
    return source.replace("\n", "\n" + " " * width)


FUNCTIONS: Mapping[str, Function] = {
    "basename": basename,
    "chomp": chomp,
    "dirname": dirname,
    "endswith": endswith,
    "indent": indent,
    "join": join,
    "lower": lower,
    "split": split,
    "startswith": startswith,
    "strcontains": strcontains,
    "strrev": strrev,
    "substr": substr,
    "title": title,
    "trim": trim,
    "trimprefix": trimprefix,
    "trimspace": trimspace,
    "trimsuffix": trimsuffix,
    "upper": upper,
}
