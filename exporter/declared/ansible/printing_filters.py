"""Ansible's filters that print: YAML, comments, sizes, HTML."""

import ntpath
import re
from collections.abc import Callable, Iterator, Mapping
from pprint import pformat
from typing import Any, Final

import yaml
from jinja2.filters import do_filesizeformat, do_xmlattr
from markupsafe import Markup, escape

from exporter.declared.ansible.bounded_values import as_text, bounded_text
from exporter.declared.ansible.errors import UnresolvedError

MAX_INDENT: Final = 16
_END: Final = "\n...\n"
"""What ends a scalar of a document; Ansible leaves it out."""

_UNITS: Final = "YZEPTGMK"
_SIZE: Final = re.compile(r"([0-9]*\.?[0-9]+)\s*([A-Za-z]*)\s*")


_ESCAPED_END: Final = re.compile(r"\\$", re.MULTILINE)
"""A line that ends inside of double quotes, at a width that libyaml counts otherwise."""


class _Dumper(yaml.SafeDumper):
    """Prints plain data; what stands in it twice would be printed as an alias."""


def plain(value: Any) -> Any:
    """Return *value* without what our collections remember of themselves."""
    if isinstance(value, Mapping):
        return {key: plain(content) for key, content in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Markup):
        raise UnresolvedError("to_yaml is given what was escaped for HTML, which it refuses")
    return str(value) if isinstance(value, str) else value


def to_yaml(value: Any, default_flow_style: bool | None = None, **options: Any) -> str:  # noqa: FBT001 - as templates call it
    """Print YAML, a collection of plain values on one line."""
    if options.keys() - {"indent", "width", "sort_keys"} or options.get("indent", 0) > MAX_INDENT:
        raise UnresolvedError("to_yaml with these options is not evaluated")
    _bound_aliases(value)
    shown: str = yaml.dump(
        plain(value),
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=default_flow_style,
        **options,
    )
    if _ESCAPED_END.search(shown):
        raise UnresolvedError("where to_yaml breaks a long text depends on how PyYAML was built")
    return bounded_text(
        shown.removesuffix("\n...\n") + "\n" if shown.endswith("\n...\n") else shown
    )


def to_nice_yaml(value: Any, indent: int = 4, **options: Any) -> str:
    """Print YAML, every value on a line of its own."""
    return to_yaml(value, **{"default_flow_style": False, "indent": indent, **options})


def _bound_aliases(value: Any) -> None:
    """Raise where a collection stands in *value* twice: whether it is one depends on the run."""
    seen: set[int] = set()
    for collection in _collections(value):
        if id(collection) in seen:
            raise UnresolvedError("to_yaml is given a collection that stands in it twice")
        seen.add(id(collection))


def _collections(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping | list | tuple):
        yield value
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _collections(part)


def comment(text: Any, style: str = "plain") -> str:
    """Return *text* as a comment of a shell."""
    if style != "plain" or not isinstance(text, str):
        raise UnresolvedError("comment of what is no text, or with a style, is not evaluated")
    lines = "\n".join(f"# {line}" for line in text.split("\n"))
    return bounded_text(f"#\n{lines}\n#")


def human_readable(size: Any, isbits: bool = False, unit: str | None = None) -> str:  # noqa: FBT001, FBT002 - as templates call it
    """Print a number of bytes, or bits, in the largest unit of which it has one."""
    sign, whole = ("b", "bits") if isbits else ("B", "Bytes")
    for exponent, letter in zip(range(len(_UNITS), 0, -1), _UNITS, strict=True):
        if (size >= 1024**exponent) if unit is None else unit.upper() == letter:
            return f"{float(size) / 1024**exponent:.2f} {letter}{sign}"
    return f"{float(size):.2f} {whole}"


def human_to_bytes(size: Any, default_unit: str | None = None) -> int:
    """Return how many bytes a size is, as ``2K`` or ``1.5 GB``."""
    match = _SIZE.fullmatch(as_text(size))
    if match is None:
        raise UnresolvedError("human_to_bytes is given no size")
    unit = (match[2] or default_unit or "B").upper()
    if unit == "B":
        return round(float(match[1]))
    if unit[0] not in _UNITS or unit[1:] not in {"", "B"}:
        raise UnresolvedError("human_to_bytes with this unit is not evaluated")
    return round(float(match[1]) * float(1 << 10 * (len(_UNITS) - _UNITS.index(unit[0]))))


def _path(function: Callable[[str], Any]) -> Callable[[Any], Any]:
    def filter_(value: Any) -> Any:
        if not isinstance(value, str):
            raise UnresolvedError("a filter of paths is given something else")
        return function(value)

    return filter_


def _escaped(value: Any) -> str:
    """Return a value for HTML; what is escaped already stays as it is."""
    return value if isinstance(value, Markup) else bounded_text(escape(as_text(value)))


def _pretty(value: Any) -> str:
    """Print a value; Ansible's collections are printed on one line."""
    return bounded_text(pformat(value) if isinstance(value, str) else as_text(value))


PRINTING: Final[Mapping[str, Callable[..., Any]]] = {
    "comment": comment,
    "human_readable": human_readable,
    "human_to_bytes": human_to_bytes,
    "to_nice_yaml": to_nice_yaml,
    "to_yaml": to_yaml,
    "win_basename": _path(ntpath.basename),
    "win_dirname": _path(ntpath.dirname),
    "win_splitdrive": _path(lambda path: list(ntpath.splitdrive(path))),
}
"""Ansible's own, by name."""

AS_JINJA: Final[Mapping[str, Callable[..., Any]]] = {
    "e": _escaped,
    "escape": _escaped,
    "filesizeformat": do_filesizeformat,
    "pprint": _pretty,
    "xmlattr": do_xmlattr,
}
"""Jinja's."""
