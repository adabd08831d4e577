"""Functions over strings."""

import posixpath
import re
from collections.abc import Iterator, Mapping

from exporter.declared.terraform.language.values import (
    MAX_ITEMS,
    MAX_TEXT,
    Data,
    Function,
    Items,
    Letters,
    Value,
    collect,
    failed,
    items,
    known,
    number,
    short,
    text,
    unknown,
    whole,
)

_MAX_LETTERS = 8 * MAX_TEXT
"""How many letters the texts of one list may have together."""
_VERB = re.compile(r"%([-+ 0#]*)(\d{0,3})(?:\.(\d{1,2}))?(.?)", re.DOTALL)


def format_text(template: Value, *arguments: Value) -> Data:
    """Replace the verbs %s, %v, %d, %x, %X, %o, %b and %f; others are not known."""
    return _formatted(Letters(), template, *arguments)


def _formatted(letters: Letters, template: Value, *arguments: Value) -> str:
    queue = iter(arguments)
    result = short(_VERB.sub(lambda match: letters.write(_verb(match, queue)), text(template)))
    if next(queue, None) is not None:
        raise failed("format()", "has more arguments than verbs")
    return result


def _verb(match: re.Match[str], queue: Iterator[Value]) -> str:
    flags, width, digits, verb = match.groups()
    if verb == "%":
        return "%"
    value = next(queue, None)
    if value is None:
        raise failed("format()", "has fewer arguments than verbs")
    if verb in {"s", "v"} and not digits and set(flags) <= {"-"}:
        if not isinstance(known(value), str | bool) and verb == "s":
            number(value)
        return f"{text(value):{'<' if '-' in flags else '>'}{width}}"
    if verb in {"d", "x", "X", "o", "b"} and not digits and "#" not in flags:
        align = "<" if "-" in flags else ""
        sign = "+" if "+" in flags else " " if " " in flags else ""
        zero = "0" if "0" in flags and not align and width else ""
        return f"{whole(value):{align}{sign}{zero}{width}{verb}}"
    if verb == "f" and set(flags) <= {"0"}:
        zero = "0" if flags and width else ""
        return f"{float(number(value)):{zero}{width}.{digits or 6}f}"
    raise unknown("format()", f"has a verb that is not evaluated here: {match[0][:20]!r}")


def formatlist(template: Value, *arguments: Value) -> Data:
    """Apply ``format`` to each element of the lists among the arguments."""
    lists = [known(argument) for argument in arguments]
    sizes = {len(source) for source in lists if isinstance(source, Items)}
    if len(sizes) != 1:
        raise failed("formatlist()", "needs lists of one length")
    letters = Letters(_MAX_LETTERS)
    columns = [source if isinstance(source, Items) else None for source in lists]
    rows = (
        [
            argument if column is None else column[row]
            for column, argument in zip(columns, arguments, strict=True)
        ]
        for row in range(sizes.pop())
    )
    return collect(Value(_formatted(letters, template, *row), template.at) for row in rows)


def join(separator: Value, *lists: Value) -> Data:
    """Join the elements of lists."""
    parts = [text(item) for source in lists for item in items(source)]
    if sum(map(len, parts)) + len(parts) * len(text(separator)) > MAX_TEXT:
        raise unknown("join()", "gives a text of more than 1 MiB")
    return text(separator).join(parts)


def split(separator: Value, value: Value) -> Data:
    """Split a string at each separator."""
    if (text(value).count(text(separator)) if text(separator) else len(text(value))) > MAX_ITEMS:
        raise unknown("split()", f"gives more than {MAX_ITEMS:,} elements")
    parts = text(value).split(text(separator)) if text(separator) else list(text(value))
    return collect(Value(part, value.at) for part in parts)


def lower(value: Value) -> Data:
    """Return the string in lower case."""
    return text(value).lower()


def upper(value: Value) -> Data:
    """Return the string in upper case."""
    return text(value).upper()


def title(value: Value) -> Data:
    """Return the string with the first letter of each word in upper case."""
    return re.sub(r"(?<!\S)\S", lambda letter: letter[0].upper(), text(value))


def replace(value: Value, old: Value, new: Value) -> Data:
    """Replace a substring; regular expressions are not evaluated."""
    pattern = text(old)
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        raise unknown("replace() with a regular expression", "is not evaluated here")
    source, by = text(value), text(new)
    if len(source) + source.count(pattern) * (len(by) - len(pattern)) > MAX_TEXT:
        raise unknown("replace()", "gives a text of more than 1 MiB")
    return source.replace(pattern, by)


def substr(value: Value, offset: Value, length: Value) -> Data:
    """Return *length* characters from *offset* on; -1 is all of them."""
    source, start, count = text(value), whole(offset), whole(length)
    start = max(start + len(source), 0) if start < 0 else start
    return source[start:] if count < 0 else source[start : start + count]


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
    return text(value).strip()


def chomp(value: Value) -> Data:
    """Remove newlines from the end."""
    return text(value).rstrip("\r\n")


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
    return posixpath.basename(text(value).rstrip("/"))


def dirname(value: Value) -> Data:
    """Return a path without its last part."""
    return posixpath.dirname(text(value).rstrip("/")) or "."


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
    "format": format_text,
    "formatlist": formatlist,
    "indent": indent,
    "join": join,
    "lower": lower,
    "replace": replace,
    "split": split,
    "startswith": startswith,
    "strcontains": strcontains,
    "substr": substr,
    "title": title,
    "trim": trim,
    "trimprefix": trimprefix,
    "trimspace": trimspace,
    "trimsuffix": trimsuffix,
    "upper": upper,
}
