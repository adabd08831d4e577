"""Programs that a worker needs, and cannot start: they are started for it, as confined as it is."""

import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from msgspec import Struct

from exporter.domain.errors import ReadError, Reason
from exporter.foreign import command
from exporter.foreign.command import Access, Limits, Outcome, Program

MOST: Final = Limits(seconds=300)
"""What a worker may ask for at the most."""
AT_ONCE: Final = 4


class Answer(Struct, frozen=True, kw_only=True, array_like=True):
    """How a program ended, or with a *reason*, why it could not be run."""

    code: int = 0
    output: bytes = b""
    errors: str = ""
    reason: Reason | None = None
    advice: str = ""


def outcome_of(answer: Answer) -> Outcome:
    """Return what an answer says; raises :exc:`ReadError` where the program could not be run."""
    if answer.reason is not None:
        raise ReadError(answer.errors, reason=answer.reason, advice=answer.advice)
    return Outcome(code=answer.code, output=answer.output, errors=answer.errors)


@dataclass(slots=True, kw_only=True)
class Programs:
    """Runs programs for one worker, in its *scratch*, or in what is *readable* for it.

    Neither which program it is nor what its arguments are can be trusted: none gets at more than
    the worker itself does, which is nothing else and, unless the settings allow a *network*, no
    other machine.
    """

    scratch: Path
    readable: Sequence[str] = ()
    network: bool = False
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run(self, program: Program) -> Answer:
        """Return how *program* ended."""
        async with self.turns:
            try:
                outcome = await self._run(program)
            except ReadError as error:
                return Answer(errors=error.message, reason=error.reason, advice=error.advice)
        return Answer(code=outcome.code, output=outcome.output, errors=outcome.errors)

    async def _run(self, program: Program) -> Outcome:
        cwd = Path(program.cwd)
        first, *words = program.arguments or ("",)
        path = await asyncio.to_thread(self._located, first)
        named = await asyncio.to_thread(self._allowed, program.readable)
        if not await asyncio.to_thread(self._is_within, cwd):
            raise ReadError("a program may not run there", reason=Reason.OUTSIDE)
        return await command.run(
            [str(path), *words],
            cwd=cwd,
            environment=program.environment,
            limits=Limits(
                seconds=min(program.seconds, MOST.seconds),
                output=min(program.output, MOST.output),
                memory=min(program.memory, MOST.memory),
            ),
            network=program.network and self.network,
            access=Access(
                read=[self.scratch, Path(sys.prefix), Path(sys.base_prefix), *named],
                write=[self.scratch],
            ),
        )

    def _located(self, name: str) -> Path:
        """Return the program *name* by a path on whose way the worker cannot change anything.

        A program may read itself. So what the worker wrote is none, nor is what is another file
        in another directory: it would be let read what stands there for us. Raises
        :exc:`ReadError`.
        """
        found = shutil.which(name) if name[:1] == os.sep or os.sep not in name else None
        path = Path(found or name)
        path = path.parent.resolve() / path.name
        if found is None or path.is_relative_to(self.scratch):
            message = f"{path.name[:200]} cannot be run: there is no such program"
            raise ReadError(message, reason=Reason.TOOL)
        return path

    def _allowed(self, paths: Sequence[str]) -> list[Path]:
        """Return what of *paths* is readable for the worker, which cannot change where it leads.

        In its scratch it could, so that is let through as a whole.
        """
        found = (Path(one).resolve() for one in paths)
        return [one for one in found if any(one.is_relative_to(top) for top in self.readable)]

    def _is_within(self, path: Path) -> bool:
        real = path.resolve()
        return any(real.is_relative_to(top) for top in (str(self.scratch), *self.readable))
