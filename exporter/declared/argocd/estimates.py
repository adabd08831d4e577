"""How many Applications a text seems to declare that is no YAML, so that nobody can count them.

An estimate may be too high: then coverage is lower than it might be. It must not be too low, as
nothing that breaks may raise coverage.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.kustomization import NAMES
from exporter.declared.kustomize.plain import is_vaulted
from exporter.declared.tracing import Memo
from exporter.domain.errors import ParseError, ReadError
from exporter.foreign import yaml

SUFFIXES: Final = (".yaml", ".yml", ".json", *NAMES)
_DELIVERED: Final = frozenset({*NAMES, "Chart.yaml"})
MAX_FOLDERS: Final = 200
MAX_FILES: Final = 2_000
MAX_APPLICATIONS: Final = 10_000
MAX_WORDS: Final = 2_000
MAX_GLOBS: Final = 20
_DOCUMENT: Final = re.compile(r"^---", re.MULTILINE)
_KIND: Final = re.compile(r"""["']?kind["']?\s*:\s*["']?Application(?P<set>Set)?(?![\w-])""")
_ELEMENT: Final = re.compile(r"^\s*-\s|[\[,]\s*\{", re.MULTILINE)
_GLOB: Final = re.compile(r"""path["']?\s*:\s*["']?([^\s"',}\]]*\*[^\s"',}\]]*)""")
_WORD: Final = re.compile(r"""[^\s"',\[\]{}]+""")


@dataclass(slots=True)
class Estimates:
    """Estimates for the files and directories of one checkout, each made once."""

    checkout: Checkout
    applications: Memo[[str], int] = field(init=False)
    """How many Applications the file of a path, or all that a directory leads to, hides."""
    everywhere: Memo[[], int] = field(init=False)
    """How many Applications a place hides that is gone: 1 at the least.

    There may have been one for each directory of the checkout that one could deliver.
    """

    def __post_init__(self) -> None:
        """Make each estimate once."""
        self.applications, self.everywhere = Memo(self._applications), Memo(self._everywhere)

    def _applications(self, path: str) -> int:
        return min(sum(map(self._in_text, self._texts(path))), MAX_APPLICATIONS)

    def _everywhere(self) -> int:
        files = (posixpath.split(one) for one in self._files(""))
        folders = {folder for folder, name in files if name in _DELIVERED}
        return max(1, min(len(folders), MAX_APPLICATIONS))

    def _in_text(self, text: str | None) -> int:
        if text is None:  # there may be anything in it
            return self.everywhere()
        found = sum(map(self._in_document, _DOCUMENT.split(text)))
        return 2 * found if found and _is_cut(text) else found

    def _in_document(self, text: str) -> int:
        found = 0
        for match in _KIND.finditer(text):
            found += self._made(text) if match["set"] else 1
        return found

    def _made(self, text: str) -> int:
        """Return how many Applications an ApplicationSet of this text makes, at the most."""
        elements = len(_ELEMENT.findall(text))
        paths = sum(map(self._matching, islice(_GLOB.findall(text), MAX_GLOBS)))
        return max(1, elements * max(1, paths) if "matrix" in text else elements + paths)

    def _matching(self, pattern: str) -> int:
        try:
            return len(self.checkout.match(pattern))
        except ReadError:
            return 0

    def _texts(self, path: str) -> Iterator[str | None]:
        """Yield the text of a file, or of the files in and below a directory; None if it has none.

        The directories that these seem to name are read, too: a base, say.
        """
        pending, seen = [path], {path}
        files: set[str] = set()
        while pending and len(seen) <= MAX_FOLDERS and len(files) <= MAX_FILES:
            for name in self._files(pending.pop()):
                if name in files:
                    continue
                files.add(name)
                text = self._text(name)
                yield text
                if text is not None and posixpath.basename(name) in NAMES:
                    found = {one for one in self._named(text, name) if one not in seen}
                    pending += sorted(found)
                    seen |= found

    def _files(self, path: str) -> list[str]:
        try:
            return self.checkout.files("" if path == "." else path, suffixes=SUFFIXES)
        except ReadError:
            return []

    def _text(self, name: str) -> str | None:
        try:
            text = self.checkout.read_text(name)
        except ReadError:
            return None
        return None if is_vaulted(text) else text

    def _named(self, text: str, name: str) -> Iterator[str]:
        folder = posixpath.dirname(name)
        words = (word.rstrip(":") for word in _WORD.findall(text))
        for word in islice(dict.fromkeys(words), MAX_WORDS):
            if "." in word or "/" in word:
                path = posixpath.normpath(posixpath.join(folder, word))
                if not path.startswith("..") and self.checkout.is_dir(path):
                    yield path


def _is_cut(text: str) -> bool:
    """Tell whether a text breaks at its end, so that it may have gone on."""
    try:
        yaml.load_all(text)
    except ParseError as error:
        return error.line >= len(text.splitlines())
    return False
