"""Makes of a regular expression the steps by which it is matched."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from exporter.foreign.re2.nodes import Choice, Group, Letters, Node, Position, Repeat, Sequence
from exporter.foreign.re2.parsing import UnsupportedPatternError

MAX_STEPS: Final = 5_000


@dataclass(slots=True)
class Split:
    """Go on at the *first* place, and should that not lead to a match, at the *second*."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Save:
    """Remember where in the text this is, under a number."""

    slot: int


@dataclass(frozen=True, slots=True)
class Found:
    """This is a match."""


Step: TypeAlias = Letters | Position | Split | Save | Found


class Program:
    """The *steps* of a pattern; where nothing else is said, one follows the other."""

    def __init__(self, node: Node) -> None:
        self.steps: list[Step] = []
        self._add(Save(0))
        self._node(node)
        self._add(Save(1))
        self._add(Found())

    def _add(self, step: Step) -> int:
        if len(self.steps) >= MAX_STEPS:
            raise UnsupportedPatternError("takes too many steps")
        self.steps.append(step)
        return len(self.steps) - 1

    def _jump(self) -> Split:
        """Add a step that goes on elsewhere, which is yet to be told."""
        step = Split(-1, -1)
        self._add(step)
        return step

    def _node(self, node: Node) -> None:
        match node:
            case Letters() | Position():
                self._add(node)
            case Sequence(parts=parts):
                for part in parts:
                    self._node(part)
            case Choice(parts=parts):
                self._choice(parts)
            case Group(part=part, number=number):
                self._add(Save(2 * number))
                self._node(part)
                self._add(Save(2 * number + 1))
            case Repeat():
                self._repeat(node)

    def _choice(self, parts: tuple[Node, ...]) -> None:
        ends = []
        for part in parts[:-1]:
            split = self._jump()
            split.first = len(self.steps)
            self._node(part)
            ends.append(self._jump())
            split.second = len(self.steps)
        self._node(parts[-1])
        for end in ends:
            end.first = end.second = len(self.steps)

    def _repeat(self, node: Repeat) -> None:
        for _ in range(node.least):
            self._node(node.part)
        if node.most < 0:
            self._loop(node)
            return
        splits = []
        for _ in range(node.most - node.least):
            splits.append(self._jump())
            self._enter(splits[-1], lazy=node.lazy)
            self._node(node.part)
        for split in splits:
            self._leave(split, lazy=node.lazy)

    def _loop(self, node: Repeat) -> None:
        start = len(self.steps)
        split = self._jump()
        self._enter(split, lazy=node.lazy)
        self._node(node.part)
        back = self._jump()
        back.first = back.second = start
        self._leave(split, lazy=node.lazy)

    def _enter(self, split: Split, *, lazy: bool) -> None:
        if lazy:
            split.second = len(self.steps)
        else:
            split.first = len(self.steps)

    def _leave(self, split: Split, *, lazy: bool) -> None:
        if lazy:
            split.first = len(self.steps)
        else:
            split.second = len(self.steps)
