"""What is fuzzed: a parser with seeds of its format and the errors that it documents."""

import functools
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporter.declared.checkout import Checkout

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "reference-cluster"


def as_text(data: bytes) -> str:
    """Return what a reader of files hands on: text that is UTF-8."""
    return data.decode("utf-8", "replace")


def as_any_text(data: bytes) -> str:
    """Return what a reader of JSON hands on: text that may hold half of a surrogate pair."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A parser: *given* makes of bytes what it takes, *parse* is watched while it works.

    *modules* are those whose parsing it reaches; *allowed* are the errors that these document;
    *words* are of the format, *grown* are shapes of it that cost most: each gives the document of
    about a size.
    """

    name: str
    modules: tuple[str, ...]
    parse: Callable[[Any], object]
    seeds: tuple[bytes, ...]
    allowed: tuple[type[Exception], ...] = ()
    words: tuple[bytes, ...] = ()
    given: Callable[[bytes], Any] = as_text
    grown: tuple[Callable[[int], bytes], ...] = ()


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="conformance-fuzz-")


def folder() -> Path:
    """Return a folder for what targets write; it goes when the tests end."""
    return Path(_folder().name)


def as_file(path: str, *, beside: Mapping[str, str] | None = None) -> Callable[[bytes], Checkout]:
    """Return what writes bytes to *path* of a checkout that also holds the files *beside*."""

    @functools.cache
    def checkout() -> Checkout:
        root = Path(tempfile.mkdtemp(dir=folder()))
        for name, text in (beside or {}).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        return Checkout.at(root, revision="abc")

    def write(data: bytes) -> Checkout:
        (checkout().root / path).write_bytes(data)
        return checkout()

    return write


def example(*paths: str) -> tuple[bytes, ...]:
    """Return files of the example's repository."""
    return tuple((EXAMPLE / "repository" / path).read_bytes() for path in paths)


def kept(target: str) -> tuple[bytes, ...]:
    """Return the seeds in the folder of a target."""
    folder = Path(__file__).parent / "fixtures" / target
    return tuple(one.read_bytes() for one in sorted(folder.iterdir()))
