"""What came of holding our languages against the real tools: counted, committed, published.

A folder of ``tests/oracle`` has the figures of its languages in ``figures.json``; from all of
them ``docs/truth.md`` is generated. ``make oracle`` counts anew, with inputs never tried before;
elsewhere a test tries a few fixed seeds.
"""

import json
import os
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sized
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
FILE: Final = "figures.json"
SECONDS: Final = float(os.environ.get("ORACLE_SECONDS", "0"))
"""For how long each language is tried; 0 for the fixed seeds alone."""
WHOLE: Final = bool(os.environ.get("ORACLE_WHOLE"))
"""Whether a language is tried for longer, until it has as many cases as it shall have."""


class Outcome(StrEnum):
    """How our answer stands to the tool's: the label of a column in the published table."""

    EQUAL = "equal"
    UNRESOLVED = "unresolved"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many of the *cases* of a language, held against *tool* in *version*, ended how."""

    language: str
    tool: str
    version: str
    cases: int
    equal: int
    unresolved: int
    different: int

    def __post_init__(self) -> None:
        if self.cases != self.equal + self.unresolved + self.different:
            raise ValueError(f"{self.language}: the outcomes do not add up to {self.cases} cases")


def counted(outcomes: Iterable[Outcome], *, language: str, tool: str, version: str) -> Figures:
    """Return the figures of *outcomes*."""
    found = Counter(outcomes)
    return Figures(
        language=language,
        tool=tool,
        version=version,
        cases=found.total(),
        equal=found[Outcome.EQUAL],
        unresolved=found[Outcome.UNRESOLVED],
        different=found[Outcome.DIFFERENT],
    )


def seeds(*fixed: int, tried: Sized = (), least: int = 0) -> Iterator[int]:
    """Yield the *fixed* seeds, or with ``ORACLE_SECONDS`` new ones for that long.

    With ``ORACLE_WHOLE``, too, until *tried*, which grows meanwhile, has *least* members: how
    many cases a while is enough for depends on the machine, and on what else it does.
    """
    if not SECONDS:
        yield from fixed
        return
    until = time.monotonic() + SECONDS
    while time.monotonic() < until or (WHOLE and len(tried) < least):
        yield secrets.randbits(32)


def record(figures: Figures, folder: Path) -> None:
    """Write the *figures* of a language to those of its *folder*, where new seeds were tried."""
    if not SECONDS:
        return
    kept = {entry.language: entry for entry in _read(folder / FILE)}
    kept[figures.language] = figures
    entries = [asdict(kept[language]) for language in sorted(kept)]
    (folder / FILE).write_text(json.dumps(entries, indent=2) + "\n")


def recorded() -> tuple[Figures, ...]:
    """Return the committed figures of all languages, by their names."""
    found = [entry for path in HERE.glob(f"*/{FILE}") for entry in _read(path)]
    return tuple(sorted(found, key=lambda entry: entry.language))


def _read(path: Path) -> tuple[Figures, ...]:
    if not path.exists():
        return ()
    return tuple(Figures(**entry) for entry in json.loads(path.read_text()))
