"""The sentences that checks and readers write, in other languages than English.

Findings hold English sentences with values in them. A catalogue, ``locale/LANG/details.json``,
maps their patterns to those of a language. Of a placeholder ``{name}`` the text is a value or a
name and is quoted as it is, that of ``{#name}`` a number; that of ``{>name}`` is a sentence
again, and is translated as well.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

_PLACEHOLDER = re.compile(r"\{([>#]?)(\w+)\}")
_REST = re.compile(r"(.*) and (\d+) more", re.DOTALL)
_ADVISED = re.compile(r"(.*\S) \(([^()]+)\)", re.DOTALL)
_NUMBER = r"\d[\d,.]*"
_ANY = "(?:(?!; ).)*?"
_NAMES = r"\S*(?:, \S+)*(?: and \d+ more)?"
_TELLING = 8
"""Letters of its own by which a sentence is told from foreign ones, whatever stands between."""
_MOST = 4_000
"""Characters of a sentence that is looked up; a longer one is quoted."""
_PARTS = 24
"""Parts of a list that could be sentences of their own."""
_DEEP = 6
"""So deep are sentences in sentences; ours are two or three."""
_KEPT = 8_192
"""Sentences that are remembered: those of a cluster are the same in every evaluation."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a sentence is told from others: its *literal* parts, longest first, and all of it."""

    literals: tuple[str, ...]
    whole: re.Pattern[str]
    nested: frozenset[str]
    translation: str

    @classmethod
    def of(cls, message: str, translation: str) -> "Pattern":
        """Return the pattern of a *message* of the catalogue."""
        pieces: list[str] = []
        nested: set[str] = set()
        end = 0
        literals = _PLACEHOLDER.sub("\0", message).split("\0")
        quoted = _ANY if sum(map(len, literals)) >= _TELLING else _NAMES
        for found in _PLACEHOLDER.finditer(message):
            pieces.append(re.escape(message[end : found.start()]))
            kind = {">": ".*?", "#": _NUMBER}.get(found[1], quoted)
            pieces.append(f"(?P<{found[2]}>{kind})")
            nested.update({found[2]} if found[1] == ">" else ())
            end = found.end()
        return cls(
            literals=tuple(sorted(filter(None, literals), key=len, reverse=True)),
            whole=re.compile("".join((*pieces, re.escape(message[end:]))), re.DOTALL),
            nested=frozenset(nested),
            translation=translation,
        )

    @property
    def weight(self) -> tuple[int, int]:
        """How much of a sentence it tells, and how many numbers it takes."""
        return sum(map(len, self.literals)), self.whole.pattern.count(_NUMBER)

    def match(self, text: str) -> Mapping[str, str] | None:
        """Return what stands in the placeholders, or None where *text* is another sentence."""
        if any(literal not in text for literal in self.literals):
            return None
        found = self.whole.fullmatch(text)
        return None if found is None else found.groupdict()


class Details:
    """The sentences of one language."""

    def __init__(self, catalogue: Mapping[str, str], *, rest: str) -> None:
        patterns = (Pattern.of(message, text) for message, text in catalogue.items())
        self._patterns = sorted(patterns, key=lambda pattern: pattern.weight, reverse=True)
        self._rest = rest
        self.say = lru_cache(_KEPT)(self._say)
        self._sentence = lru_cache(_KEPT)(self._translated)

    def _say(self, text: str, depth: int = 0) -> str:
        """Return a sentence, or several, as far as they are known; what lies too deep is quoted."""
        if not self._patterns or not text or len(text) > _MOST or depth > _DEEP:
            return text
        parts = text.split("; ")
        known = self._parted(parts, "; ", depth) if len(parts) <= _PARTS else None
        if known is not None:
            return "; ".join(known)
        return text if len(parts) == 1 else "; ".join(self.say(part, depth) for part in parts)

    def _parted(self, parts: Sequence[str], joint: str, depth: int) -> list[str] | None:
        """Return the sentences that *parts* make up, each of as few of them as it can be.

        From the end to the beginning, so that no two ways to the same rest are both gone.
        """
        rests: list[list[str] | None] = [*[None] * len(parts), []]
        for start in reversed(range(len(parts))):
            for end in range(start + 1, len(parts) + 1):
                if (rest := rests[end]) is None:
                    continue
                text = joint.join(parts[start:end])
                balanced = text.count("(") == text.count(")")
                if balanced and (known := self._known(text, joint, depth)) is not None:
                    rests[start] = [known, *rest]
                    break
        return rests[0]

    def _known(self, text: str, joint: str, depth: int) -> str | None:
        """Return a sentence that is known, or several with commas between."""
        parts = text.split(", ")
        if joint == ", " or "; " in text or not 1 < len(parts) <= _PARTS:
            return self._sentence(text, depth)
        known = self._parted(parts, ", ", depth)
        return self._sentence(text, depth) if known is None else ", ".join(known)

    def _translated(self, text: str, depth: int) -> str | None:
        if depth > _DEEP:
            return None
        for pattern in self._patterns:
            values = pattern.match(text)
            if values is not None:
                return pattern.translation.format_map(dict(self._filled(pattern, values, depth)))
        return self._advised(text, depth) or self._of_a_place(text, depth)

    def _advised(self, text: str, depth: int) -> str | None:
        """Return a sentence with its advice in brackets, where both are known."""
        found = _ADVISED.fullmatch(text)
        if found is None:
            return None
        sentence, advice = (self._sentence(part, depth + 1) for part in found.groups())
        return f"{sentence} ({advice})" if sentence and advice else None

    def _of_a_place(self, text: str, depth: int) -> str | None:
        """Return a sentence after the place or the thing that it speaks of, where it is known."""
        place, _, rest = text.partition(": ")
        known = self._sentence(rest, depth + 1) if rest else None
        return f"{self._sentence(place, depth + 1) or place}: {known}" if known else None

    def _filled(
        self, pattern: Pattern, values: Mapping[str, str], depth: int
    ) -> Iterator[tuple[str, str]]:
        for name, value in values.items():
            nested = name in pattern.nested
            yield name, self.say(value, depth + 1) if nested else self._quoted(value)

    def _quoted(self, value: str) -> str:
        """Return names as they are; how many more there are is no name."""
        found = _REST.fullmatch(value)
        return self._rest.format(shown=found[1], n=found[2]) if found else value


@cache
def details(lang: str, *, rest: str) -> Details:
    """Return the sentences of *lang*; *rest* says how many more of a list there are."""
    return Details(catalogue(lang).get("sentences", {}), rest=rest)


@cache
def catalogue(lang: str) -> Mapping[str, Mapping[str, str]]:
    """Return the ``sentences`` and ``words`` of *lang*, by English ones; English has none."""
    path = files("exporter.report").joinpath("locale", lang, "details.json")
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}
