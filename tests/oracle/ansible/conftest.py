"""Cases of the corpus and of a seed, with both sides' answers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import yaml

from tests.oracle.ansible.comparison import outcome
from tests.oracle.ansible.generator import Generator
from tests.oracle.ansible.ours import Unresolved
from tests.oracle.figures import Outcome

CORPUS = yaml.safe_load((Path(__file__).parent / "corpus.yml").read_text())

Ask: TypeAlias = Callable[[Sequence[str], Path], list[Any]]
Tell: TypeAlias = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """A case with our answer and Ansible's."""

    case: str
    ours: Any
    theirs: Any

    @property
    def outcome(self) -> Outcome:
        """How they stand to each other."""
        return outcome(self.ours, self.theirs)


def generated(make: Callable[[Generator], str], *, seed: int, count: int) -> list[str]:
    """Return so many cases of a seed, each once."""
    generator = Generator(Random(seed))  # noqa: S311 - cases, no secrets
    return list(dict.fromkeys(make(generator) for _ in range(count)))


def compared(cases: Sequence[str], *, tell: Tell, ask: Ask, folder: Path) -> Iterator[Compared]:
    """Yield every case with both answers; those that hold, and that we do not tell, together."""
    ours = {case: tell(case) for case in cases}
    ordered = sorted(ours, key=lambda case: (isinstance(ours[case], Unresolved), not ours[case]))
    for case, theirs in zip(ordered, ask(ordered, folder), strict=True):
        yield Compared(case, ours[case], theirs)
