"""The lookups of templates that a checkout can answer: ``file``, ``vars`` and ``dict``."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context
from jinja2.utils import missing

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.paths import join_path, normalize_path

ONLY_A_RUN = "a template asks a lookup, which only a run could answer"


def found_file(name: str, *, folders: Sequence[str], documents: Documents) -> str:
    """Return the text of the file that ``lookup('file', name)`` means, seen from *folders*.

    Raises :exc:`UnresolvedError` where there is none, or more than one: their order is not told.
    """
    places = [place for folder in folders for place in _places(folder, name)]
    found = {place for place in places if documents.checkout.is_file(place)}
    if name.startswith("/") or len(found) != 1:
        raise UnresolvedError(f"the file {name[:80]!r} that a template reads is not known")
    text = documents.text(found.pop())
    if text is None:
        raise UnresolvedError(f"the file {name[:80]!r} that a template reads cannot be read")
    return text.rstrip()


def _places(folder: str, name: str) -> list[str]:
    """Return where a file may lie: beside tasks, and for a role in the role itself."""
    above = [join_path(folder, "..")] if PurePosixPath(folder).name == "tasks" else []
    return [
        normalize_path(join_path(base, kind, name))
        for base in (folder, *above)
        for kind in (".", "files")
    ]


def lookups(scope_name: str) -> dict[str, Callable[..., Any]]:
    """Return the functions of templates that ask lookups; *scope_name* is where their scope is."""

    @pass_context
    def lookup(context: Context, plugin: Any, *terms: Any, **options: Any) -> Any:
        return _answer(context.parent[scope_name], plugin, terms, options)

    @pass_context
    def query(context: Context, plugin: Any, *terms: Any, **options: Any) -> Any:
        found = _answer(context.parent[scope_name], plugin, terms, options)
        return found if isinstance(found, list) else [found]

    return {"lookup": lookup, "query": query, "q": query}


def _answer(scope: Any, plugin: Any, terms: Sequence[Any], options: Mapping[str, Any]) -> Any:
    read_file = getattr(scope.variables, "read_file", None)
    match str(plugin).removeprefix("ansible.builtin."), terms:
        case "file", [str(name)] if not options and read_file is not None:
            return read_file(name)
        case "vars", [str(name)] if options.keys() <= {"default"}:
            return _variable(scope, name, options)
        case "dict", [Mapping() as mapping] if not options:
            return [{"key": key, "value": value} for key, value in mapping.items()]
        case _:
            raise UnresolvedError(ONLY_A_RUN)


def _variable(scope: Any, name: str, options: Mapping[str, Any]) -> Any:
    value = scope.resolve(name)
    if value is missing or isinstance(value, Undefined):
        if "default" not in options:
            raise UnresolvedError(f"the variable {name[:80]} is undefined")
        return options["default"]
    return value
