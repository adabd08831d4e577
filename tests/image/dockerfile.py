"""The Dockerfile as tests read it."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
Instruction = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its instructions in order, with lines that go on joined."""

    instructions: tuple[Instruction, ...]

    def all(self, name: str) -> list[str]:
        """Return the arguments of all instructions of this name."""
        return [text for one, text in self.instructions if one == name]

    def command(self, name: str) -> list[str]:
        """Return the one ENTRYPOINT or CMD, in exec form."""
        (text,) = self.all(name)
        words: list[str] = json.loads(text)
        return words

    def environment(self) -> dict[str, str]:
        """Return what ENV sets."""
        pairs = (pair for text in self.all("ENV") for pair in text.split())
        return dict(pair.split("=", 1) for pair in pairs)


def stages() -> list[Stage]:
    """Return the stages of the Dockerfile."""
    lines = (PROJECT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    found: list[list[Instruction]] = []
    for line in filter(str.strip, text.splitlines()):
        name, _, rest = line.strip().partition(" ")
        if name == "ARG" and not found:
            continue  # what may be chosen of all stages
        if name == "FROM":
            found.append([])
        found[-1].append((name, " ".join(rest.split())))
    return [Stage(tuple(one)) for one in found]


def copy_context(target: Path) -> None:
    """Copy what .dockerignore lets through, which is an allow-list."""
    rules = (PROJECT / ".dockerignore").read_text().splitlines()
    assert rules[1] == "*"
    for rule in rules:
        if rule.startswith("!"):
            source, copy = PROJECT / rule[1:], target / rule[1:]
            copy.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy)
