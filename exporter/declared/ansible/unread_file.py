"""Files that could not be read: all that is known of them is which words they hold."""

import re
from dataclasses import dataclass

from exporter.domain.provenance import Place

_ESCAPED = re.compile(r"\\(?:[xuU]|\r?\n)")
"""Escapes of YAML by which a word may be spelled so that no search finds it."""


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file that could not be read, and why.

    *text* is what stands in it where it is text, but no YAML; None where even that is not known:
    then it could say anything.
    """

    place: Place
    message: str
    text: str | None = None

    def may_hold(self, word: str) -> bool:
        """Tell whether *word*, as the name of a variable, may stand in it."""
        return self.text is None or word in self.text


def searchable_text(text: str) -> str | None:
    """Return *text* where each of its words can be found, None where YAML may spell some."""
    return None if _ESCAPED.search(text) else text
