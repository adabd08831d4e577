"""Arguments rendered as far as they can be, to tell what a task could set that nobody can tell."""

import re
from dataclasses import dataclass, field
from typing import Any

from exporter.declared.ansible.filters import as_text
from exporter.declared.ansible.templates import ExhaustedError, Scope
from exporter.declared.ansible.values import HiddenError, UnresolvedError
from exporter.declared.ansible.words import EXPRESSION, MARK

_CERTAIN = re.compile(r"\{\{\s*[\w.\[\]'\"]+\s*\}\}")
"""An expression that has no other value where part of what it uses is missing."""


@dataclass(slots=True)
class Partly:
    """Renders values in *scope*; with *parts*, some of what is in it is missing.

    *hidden* is why, where any of what is missing stands where nobody can read it.
    """

    scope: Scope
    parts: bool = False
    hidden: HiddenError | None = field(default=None, init=False)

    def render(self, value: Any) -> Any:
        """Return *value* with a :data:`MARK` in place of each expression that only a run tells."""
        if isinstance(value, dict):
            return {self.render(key): self.render(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.render(one) for one in value]
        if not isinstance(value, str) or "{" not in value:
            return value
        return self._text(value)

    def _text(self, text: str) -> Any:
        if "{%" in text or "{#" in text:
            whole = self._value(text)
            return text if whole is None else whole
        if EXPRESSION.fullmatch(text.strip()):
            whole = self._value(text.strip())
            return MARK if whole is None else whole
        return EXPRESSION.sub(self._piece, text)

    def _piece(self, match: re.Match[str]) -> str:
        value = self._value(match[0])
        try:
            return MARK if value is None else as_text(value)
        except UnresolvedError:
            return MARK

    def _value(self, text: str) -> Any:
        """Return the value of a template, None where it is not known."""
        if self.parts and not _CERTAIN.fullmatch(text):
            return None
        try:
            return self.scope.templates.expand(text, self.scope)
        except ExhaustedError:
            raise
        except HiddenError as error:
            self.hidden = error
        except UnresolvedError:
            pass
        return None
