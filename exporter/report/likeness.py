"""Which findings are of one cause: those that differ in nothing but their subjects."""

import re
from typing import Final, TypeAlias

from exporter.domain.finding import Finding, Subject

Likeness: TypeAlias = tuple[str, ...]
_READ: Final = 300
_WORD: Final = re.compile(r"\w+")


def likeness(finding: Finding) -> Likeness:
    """Return what findings of one cause have in common, on the page and in the report."""
    told = (alike(text, finding.subject) for text in (finding.detail, finding.advice))
    return (finding.check, finding.verdict, *told)


def alike(text: str, subject: Subject) -> str:
    """Return *text* with ``*`` for what is of the subject's name, and ``#`` for numbers."""
    own = set(_WORD.findall(subject.name))

    def plain(found: re.Match[str]) -> str:
        word = found[0]
        if word in own:
            return "*"
        return "#" if any(one.isdigit() for one in word) else word

    return _WORD.sub(plain, text[:_READ])
