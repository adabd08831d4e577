"""The functions that read files of the repository, and those that render templates."""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any, TypeAlias

from exporter.declared.terraform.language.expressions import ELEMENT
from exporter.declared.terraform.language.functions.hashes import HASHES, digest
from exporter.declared.terraform.language.hcl import parse_template
from exporter.declared.terraform.language.referenced_files import ReferencedFiles
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Expression, For, Name, TemplateFor
from exporter.declared.terraform.language.value_types import STRING
from exporter.declared.terraform.language.values import (
    Distinct,
    Origin,
    Value,
    failed,
    known,
    mapping,
    text,
)
from exporter.domain.errors import ParseError

Evaluate: TypeAlias = Callable[[Expression, Scope], Value]
FileFunction: TypeAlias = Callable[[list[Value], Scope, Origin, Evaluate], Value]
_Content: TypeAlias = Callable[[bytes], str]


def _file(arguments: list[Value], scope: Scope, _at: Origin, _evaluate: Evaluate) -> Value:
    (path,) = _exactly(arguments, 1, "file()")
    return _texts(scope).text(text(path))


def _of_content(name: str, made: _Content) -> FileFunction:
    """Return a function that makes a text of the bytes of a file."""

    def function(arguments: list[Value], scope: Scope, at: Origin, _evaluate: Evaluate) -> Value:
        (path,) = _exactly(arguments, 1, f"{name}()")
        return Value(made(_texts(scope).content(text(path))), at)

    return function


def _hex(name: str) -> _Content:
    return lambda content: digest(name, content).hex()


def _base64(name: str) -> _Content:
    return lambda content: base64.b64encode(digest(name, content)).decode()


def _fileexists(arguments: list[Value], scope: Scope, at: Origin, _evaluate: Evaluate) -> Value:
    (path,) = _exactly(arguments, 1, "fileexists()")
    return Value(_texts(scope).exists(text(path)), at)


def _fileset(arguments: list[Value], scope: Scope, at: Origin, _evaluate: Evaluate) -> Value:
    path, pattern = _exactly(arguments, 2, "fileset()")
    found = _texts(scope).matching(text(path), text(pattern))
    return Value(Distinct([Value(one, at) for one in found], STRING), at)


def _templatefile(arguments: list[Value], scope: Scope, at: Origin, evaluate: Evaluate) -> Value:
    """Render a file of the repository with nothing but its own variables."""
    path, variables = _exactly(arguments, 2, "templatefile()")
    template = _texts(scope).template(text(path))
    return _rendered(template, variables, scope, texts=scope.texts, evaluate=evaluate, at=at)


def templatestring(
    template: Value, variables: Value, scope: Scope, evaluate: Evaluate, at: Origin
) -> Value:
    """Render a text that is referred to; it has no files."""
    content = known(template)
    if not isinstance(content, str):
        raise failed("templatestring()", "has a template that is no string")
    try:
        parsed = parse_template(scope.budget.admit(content), template.at.path)
    except ParseError as error:
        raise failed("a template", f"is malformed: {error.message}") from None
    found = _rendered(parsed, variables, scope, texts=None, evaluate=evaluate, at=at)
    return Value(text(found), at)


def _rendered(
    template: Expression,
    variables: Value,
    scope: Scope,
    *,
    texts: ReferencedFiles | None,
    evaluate: Evaluate,
    at: Origin,
) -> Value:
    if scope.closed:
        raise failed("a template", "is rendered from inside of another one")
    names = mapping(variables)
    if missing := next((one for one in _free_names(template) if one not in names), None):
        raise failed(missing[:60], "is not among the variables of the template")
    inner = Scope(budget=scope.budget, texts=texts, bindings=names, closed=True)
    found = evaluate(template, inner)
    if found.data is None:
        raise failed("a template", "gives null")
    return Value(found.data, at, found.type)


def _free_names(part: Any) -> Iterator[str]:
    """Yield the names that an expression takes from around it."""
    if isinstance(part, Name):
        yield part.name
    elif isinstance(part, For | TemplateFor):
        bound = {part.key, part.value}
        inside = [getattr(part, one.name) for one in fields(part) if one.name != "collection"]
        yield from _free_names(part.collection)
        yield from (name for one in inside for name in _free_names(one) if name not in bound)
    elif isinstance(part, tuple) and not isinstance(part, Origin):
        for one in part:
            yield from _free_names(one)
    elif isinstance(part, Expression):
        inside = [getattr(part, one.name) for one in fields(part)]
        yield from (name for one in inside for name in _free_names(one) if name != ELEMENT)


def _texts(scope: Scope) -> ReferencedFiles:
    if scope.texts is None:
        raise failed("a file", "is not read from inside of such a template")
    return scope.texts


def _exactly(arguments: list[Value], count: int, function: str) -> list[Value]:
    if len(arguments) != count:
        raise failed(function, "is called with the wrong number of arguments")
    return arguments


FILE_FUNCTIONS: Mapping[str, FileFunction] = {
    "file": _file,
    "filebase64": _of_content("filebase64", lambda content: base64.b64encode(content).decode()),
    "filebase64sha256": _of_content("filebase64sha256", _base64("sha256")),
    "filebase64sha512": _of_content("filebase64sha512", _base64("sha512")),
    "fileexists": _fileexists,
    "fileset": _fileset,
    "templatefile": _templatefile,
    **{f"file{name}": _of_content(f"file{name}", _hex(name)) for name in HASHES},
}
