"""Programs that a worker needs, and cannot start: they are started for it, as confined as it is."""

import asyncio
import sys
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
    """Runs programs for one worker, in *scratch*, where it has put what they shall read.

    Neither which program it is nor what its arguments are can be trusted: none gets at more than
    the worker itself does, which is nothing outside of *scratch* and, unless the settings allow a
    *network*, no other machine.
    """

    scratch: Path
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
        cwd = await asyncio.to_thread(Path(program.cwd).resolve)
        if not program.arguments or not cwd.is_relative_to(self.scratch):
            raise ReadError("a program may run in its scratch only", reason=Reason.OUTSIDE)
        return await command.run(
            program.arguments,
            cwd=cwd,
            environment=program.environment,
            limits=Limits(
                seconds=min(program.seconds, MOST.seconds),
                output=min(program.output, MOST.output),
                memory=min(program.memory, MOST.memory),
            ),
            network=program.network and self.network,
            # Not what the worker names: it could make that lead elsewhere in the meantime.
            access=Access(
                read=[self.scratch, Path(sys.prefix), Path(sys.base_prefix)], write=[self.scratch]
            ),
        )
