"""The files that ``file()`` and ``templatefile()`` find, each read and parsed once."""

import posixpath
from dataclasses import dataclass, field

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.hcl import parse_template
from exporter.declared.terraform.language.syntax import Expression
from exporter.declared.terraform.language.values import Origin, Value, normalised, unknown
from exporter.domain.errors import ParseError, ReadError

MAX_TEXT_FILE = 1 << 20


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

    def _name(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.root, path))

    def _read(self, name: str) -> str:
        if name not in self._texts:
            try:
                content = self.checkout.read_text(name, limit=MAX_TEXT_FILE)
                self._texts[name] = self.budget.admit(content)
            except ReadError as error:
                raise unknown(f"the file {name[:200]}", f"is not read: {error.message}") from None
        return self._texts[name]
