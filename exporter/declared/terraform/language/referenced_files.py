"""The files that ``file()`` and ``templatefile()`` find, each read and parsed once."""

import posixpath
from dataclasses import dataclass, field
from itertools import takewhile

from exporter.declared.checkout import Checkout
from exporter.declared.globs import match_doublestar
from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.hcl import parse_template
from exporter.declared.terraform.language.syntax import Expression
from exporter.declared.terraform.language.values import (
    NotKnownError,
    Origin,
    Value,
    failed,
    normalised,
    unknown,
)
from exporter.domain.errors import ParseError, ReadError, Reason

MAX_TEXT_FILE = 1 << 20
_BYTES_A_STEP = 64


@dataclass(slots=True)
class ReferencedFiles:
    """Files of the checkout under paths relative to the *root* module, where Terraform starts."""

    checkout: Checkout
    root: str
    budget: Budget
    _texts: dict[str, str] = field(default_factory=dict)
    _templates: dict[str, Expression] = field(default_factory=dict)

    def text(self, path: str) -> Value:
        """Return the content of a file; raises :exc:`NotKnownError`."""
        name = self._name(path)
        return Value(normalised(self._read(name)), Origin(name, 1))

    def template(self, path: str) -> Expression:
        """Return a file as a template; raises :exc:`NotKnownError`."""
        name = self._name(path)
        if name not in self._templates:
            try:
                self._templates[name] = parse_template(self._read(name), name)
            except ParseError as error:
                raise unknown(
                    f"the template {name}:{error.line}", f"is malformed: {error.message}"
                ) from None
        return self._templates[name]

    def content(self, path: str) -> bytes:
        """Return the bytes of a file; raises :exc:`NotKnownError`."""
        name = self._name(path)
        try:
            content = self.checkout.read_bytes(name, limit=MAX_TEXT_FILE)
        except ReadError as error:
            raise _unread(name, error) from None
        self.budget.spend(len(content) // _BYTES_A_STEP)
        return content

    def exists(self, path: str) -> bool:
        """Tell whether there is a file in the repository; raises :exc:`NotKnownError`."""
        name = self._name(path)
        if self.checkout.is_dir(name):
            raise failed(f"{name[:200]}", "is a directory, not a file")
        return self.checkout.is_file(name)

    def matching(self, folder: str, pattern: str) -> list[str]:
        """Return the files that a pattern names, relative to a folder."""
        base = self._name(folder)
        wanted = posixpath.normpath(posixpath.join(base, pattern))
        start = posixpath.join(*takewhile(_is_plain, ["", *wanted.split("/")[:-1]]))
        if not self.checkout.is_dir(start):
            return []
        try:
            found = self.checkout.tree(start)
        except ReadError as error:
            raise unknown(f"the folder {start[:200]}", f"is not listed: {error.message}") from None
        self.budget.spend(len(found) * (1 + len(pattern) // _BYTES_A_STEP))
        return [posixpath.relpath(one, base) for one in found if match_doublestar(wanted, one)]

    def _name(self, path: str) -> str:
        name = posixpath.normpath(posixpath.join(self.root, path))
        if path.startswith("~") or name.startswith(("/", "../")):
            raise unknown(f"the file {path[:200]}", "is not read: leads out of the repository")
        return name

    def _read(self, name: str) -> str:
        if name not in self._texts:
            try:
                content = self.checkout.read_text(name, limit=MAX_TEXT_FILE)
                self._texts[name] = self.budget.admit(content)
            except ReadError as error:
                raise _unread(name, error) from None
        return self._texts[name]


def _unread(name: str, error: ReadError) -> NotKnownError:
    """Return the error for a file: where it is not there, Terraform fails, too."""
    kind = failed if error.reason is Reason.MISSING else unknown
    return kind(f"the file {name[:200]}", f"is not read: {error.message}")


def _is_plain(part: str) -> bool:
    return not any(letter in part for letter in "*?[{\\")
