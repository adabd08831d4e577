"""The functions that read files of the repository."""

import base64
from collections.abc import Callable, Mapping
from typing import TypeAlias

from exporter.declared.terraform.language.referenced_files import ReferencedFiles
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Expression
from exporter.declared.terraform.language.values import (
    Origin,
    Value,
    failed,
    mapping,
    text,
    unknown,
)

Evaluate: TypeAlias = Callable[[Expression, Scope], Value]
FileFunction: TypeAlias = Callable[[list[Value], Scope, Origin, Evaluate], Value]


def _file(arguments: list[Value], scope: Scope, _at: Origin, _evaluate: Evaluate) -> Value:
    (path,) = _exactly(arguments, 1, "file()")
    return _texts(scope).text(text(path))


def _filebase64(arguments: list[Value], scope: Scope, at: Origin, _evaluate: Evaluate) -> Value:
    (path,) = _exactly(arguments, 1, "filebase64()")
    content = text(_texts(scope).text(text(path)))
    return Value(base64.b64encode(content.encode()).decode(), at)


def _templatefile(arguments: list[Value], scope: Scope, at: Origin, evaluate: Evaluate) -> Value:
    """Render a file of the repository with nothing but its own variables."""
    path, variables = _exactly(arguments, 2, "templatefile()")
    names = mapping(variables)
    inner = Scope(budget=scope.budget, bindings=names, closed=True)
    return Value(evaluate(_texts(scope).template(text(path)), inner).data, at)


def _texts(scope: Scope) -> ReferencedFiles:
    if scope.texts is None:
        raise unknown("a file", "is not read from inside of a template")
    return scope.texts


def _exactly(arguments: list[Value], count: int, function: str) -> list[Value]:
    if len(arguments) != count:
        raise failed(function, "is called with the wrong number of arguments")
    return arguments


FILE_FUNCTIONS: Mapping[str, FileFunction] = {
    "file": _file,
    "filebase64": _filebase64,
    "templatefile": _templatefile,
}
