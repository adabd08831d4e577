"""Which modules look as if they parse foreign bytes, by their code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from .target import ROOT

_PARSER = re.compile(r"(parse|scan|split|decode|load|stream|from_yaml|from_plain)(_\w+|d)?")
_DECODING = re.compile(
    r"msgspec\.json\.[dD]ecode|json\.loads|yaml\.(load|load_all|stream)\(|read_yaml\(|fnmatch\w*\("
)

_MSGSPEC = re.compile(r"msgspec\.(DecodeError|MsgspecError)")
_BESIDE = (re.compile(r"Unicode(Decode)?Error|ValueError"), re.compile("RecursionError"))
"""What it raises besides over bytes that are no text, and over what nests without end."""


def parsing_modules() -> Iterator[str]:
    """Yield the modules of the package with a public parse function, or that decode something."""
    for path in sorted((ROOT / "exporter").rglob("*.py")):
        text = path.read_text()
        if _DECODING.search(text) or any(map(_PARSER.fullmatch, _functions(path, text))):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _functions(path: Path, text: str) -> Iterator[str]:
    """Yield the names of public functions, and of public methods that make a value of its class."""
    for node in ast.parse(text, path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield from (one.name for one in node.body if isinstance(one, ast.FunctionDef))


def undecided() -> Iterator[str]:
    """Yield the handlers of what msgspec raises that forget some of it, by file and line."""
    for path in sorted((ROOT / "exporter").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(), path)):
            if not isinstance(node, ast.ExceptHandler) or node.type is None or _raises(node):
                continue
            caught = ast.unparse(node.type)
            if _MSGSPEC.search(caught) and not all(one.search(caught) for one in _BESIDE):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {caught}"


def _raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(one, ast.Raise) and one.exc is None for one in ast.walk(handler))
