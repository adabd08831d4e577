"""Arguments rendered as far as possible, to find what a task could set."""

import re
from dataclasses import dataclass, field
from typing import Any

from exporter.declared.ansible.bounded_values import as_text
from exporter.declared.ansible.errors import HiddenError, UnresolvedError
from exporter.declared.ansible.node_keywords import EXPRESSION, UNKNOWN
from exporter.declared.ansible.templates import Scope

_CERTAIN = re.compile(r"\{\{\s*[\w.\[\]'\"]+\s*\}\}")
"""An expression that has no other value where part of what it uses is missing."""


@dataclass(slots=True)
class PartialRenderer:
    """Renders values in *scope*; with *incomplete*, some of what is in it is missing.

    *hidden* is why, where any of what is missing stands where nobody can read it.
    """

    scope: Scope
    incomplete: bool = False
    hidden: HiddenError | None = field(default=None, init=False)

    def render(self, value: Any) -> Any:
        """Return *value* with :data:`UNKNOWN` for each expression that only a run can evaluate."""
        if isinstance(value, dict):
            return {self.render(key): self.render(content) for key, content in value.items()}
        if isinstance(value, list):
            return [self.render(item) for item in value]
        if not isinstance(value, str) or "{" not in value:
            return value
        return self._text(value)

    def _text(self, text: str) -> Any:
        if "{%" in text or "{#" in text:
            whole = self._value(text)
            return text if whole is None else whole
        if EXPRESSION.fullmatch(text.strip()):
            whole = self._value(text.strip())
            return UNKNOWN if whole is None else whole
        return EXPRESSION.sub(self._piece, text)

    def _piece(self, match: re.Match[str]) -> str:
        value = self._value(match[0])
        try:
            return UNKNOWN if value is None else as_text(value)
        except UnresolvedError:
            return UNKNOWN

    def _value(self, text: str) -> Any:
        """Return the value of a template, None where it is not known."""
        if self.incomplete and not _CERTAIN.fullmatch(text):
            return None
        try:
            return self.scope.templates.expand(text, self.scope)
        except HiddenError as error:
            self.hidden = error
        except UnresolvedError:
            pass
        return None
