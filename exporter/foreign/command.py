"""Child processes that cannot outlive, outgrow or outtalk us."""

import asyncio
import os
import re
import resource
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from exporter.domain.errors import ReadError, Reason
from exporter.foreign import offline

MIB = 1 << 20
SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt"),
    *("/nix/store", "/gnu/store", "/home/linuxbrew/.linuxbrew"),
    *("/etc/ld.so.cache", "/dev/zero", "/dev/random", "/dev/urandom"),
)
"""Where programs and their libraries are; no homes, ``/etc`` or ``/proc``, where secrets are."""
ONLINE = (
    *("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf"),
    *("/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/crypto-policies"),
)
"""What says how to reach other machines, and whom to trust there."""
_INSTALL = "its interpreter and libraries have to be below /usr or /opt; others are not let through"
_OFFLINE = (sys.executable, "-I", "-S", "-B", offline.__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a child process may use: wall and CPU *seconds*, bytes of *output* and *memory*."""

    seconds: float = 60
    output: int = 64 * MIB
    memory: int = 4096 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The paths at and below which a child process may *read* and run, and *write*, files.

    What every program needs of the system comes on top: see ``SYSTEM``.
    """

    read: Sequence[Path] = ()
    write: Sequence[Path] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a child process ended."""

    code: int
    output: bytes
    errors: str


class Program(Struct, frozen=True, kw_only=True, array_like=True):
    """A program to be run, as another process can be asked for it: see :func:`run`."""

    arguments: tuple[str, ...]
    cwd: str
    environment: dict[str, str]
    seconds: float
    output: int
    memory: int
    network: bool
    readable: tuple[str, ...]


_instead: list[Callable[[Program], Awaitable[Outcome]]] = []


def delegate(start: Callable[[Program], Awaitable[Outcome]]) -> None:
    """Let *start* run all programs from now on, as this process may not."""
    _instead[:] = [start]


def find_tool(name: str, *, advice: str) -> str:
    """Return the path of an executable: ``CONFORMANCE_<NAME>`` if set, else from ``PATH``.

    Raises :exc:`ReadError` with *advice* where there is none.
    """
    variable = "CONFORMANCE_" + re.sub(r"\W", "_", name.upper())
    chosen = os.environ.get(variable) or name
    found = shutil.which(chosen)
    if found is None:
        raise ReadError(f"{chosen} is not installed", reason=Reason.TOOL, advice=advice)
    return found


async def run(
    arguments: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    limits: Limits,
    network: bool = False,
    access: Access | None = None,
) -> Outcome:
    """Run a program in its own process group with nothing but *environment*, and wait for it.

    Without *network* neither it nor its children can open a socket. Where *access* is given they
    can open no file that it does not name (:mod:`.offline`).

    Raises :exc:`ReadError` where it cannot be started or given its arguments, or takes longer or
    says more than *limits* allow. However it ends, its whole group is killed. A non-zero exit is
    the caller's to judge.
    """
    if _instead:
        program = Program(
            arguments=tuple(arguments),
            cwd=str(cwd),
            environment=dict(environment),
            seconds=limits.seconds,
            output=limits.output,
            memory=limits.memory,
            network=network,
            readable=tuple(map(str, access.read)) if access else (),
        )
        return await _instead[0](program)
    name = Path(arguments[0]).name
    try:
        process = await _started(
            *_confined(arguments[0], access, network=network),
            *arguments,
            cwd=cwd,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **environment},
        )
    except OSError as error:
        raise ReadError(f"{name} cannot be run: {error.strerror}", reason=Reason.TOOL) from None
    except ValueError as error:  # a zero byte, or half a letter: words may come from a repository
        message = f"{name} cannot be given what it is told: {error}"
        raise ReadError(message, reason=Reason.MALFORMED) from None
    try:
        _confine(process.pid, limits)
        async with asyncio.timeout(limits.seconds):
            output, errors = await _drain(process, limits.output, name)
            code = await process.wait()
    except TimeoutError:
        raise ReadError(
            f"{name} took longer than {limits.seconds:g} s", reason=Reason.TIMEOUT
        ) from None
    finally:
        await _kill(process)
    said = errors.decode("utf-8", "replace")
    if code == offline.FAILED and said.startswith(offline.SAID):
        reason = said.removeprefix(offline.SAID).strip()
        advice = _INSTALL if access is not None and os.access(arguments[0], os.X_OK) else ""
        raise ReadError(f"{name} cannot be run: {reason}", reason=Reason.TOOL, advice=advice)
    return Outcome(code=code, output=output, errors=said)


async def _started(*words: str, cwd: Path, env: Mapping[str, str]) -> asyncio.subprocess.Process:
    """Start a program with pipes; one that nobody waits for any more is ended.

    Cancelled while it starts, asyncio itself would leave its pipes open.
    """
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *words,
            cwd=cwd,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(OSError, ValueError):
            await _kill(await starting)
        raise


def _confined(program: str, access: Access | None, *, network: bool) -> Iterator[str]:
    """Yield the words before a program's own that confine it, and end it with us."""
    yield from _OFFLINE
    if network:
        yield offline.ONLINE
    if access is not None:
        found = shutil.which(program) or program  # where its link leads is where it is run from
        for path in (
            *SYSTEM,
            *(ONLINE if network else ()),
            found,
            os.path.realpath(found),
            *access.read,
        ):
            yield from ("--read", str(path))
        for path in ("/dev/null", *access.write):
            yield from ("--write", str(path))
    yield "--"


async def _drain(process: asyncio.subprocess.Process, limit: int, name: str) -> tuple[bytes, bytes]:
    """Read both pipes to their end, or raise where standard output grows over *limit* bytes."""
    assert process.stdout is not None  # noqa: S101 - asked for above
    assert process.stderr is not None  # noqa: S101 - asked for above
    errors = asyncio.create_task(_head(process.stderr, MIB))
    try:
        output = bytearray()
        while chunk := await process.stdout.read(65_536):
            output += chunk
            if len(output) > limit:
                raise ReadError(
                    f"{name} printed more than {limit // MIB} MiB", reason=Reason.TOO_LARGE
                )
        return bytes(output), await errors
    finally:
        errors.cancel()


async def _head(stream: asyncio.StreamReader, limit: int) -> bytes:
    """Return the first *limit* bytes; the rest is read and dropped, so that nobody waits."""
    kept = bytearray()
    while chunk := await stream.read(65_536):
        kept += chunk[: limit - len(kept)]
    return bytes(kept)


async def _kill(process: asyncio.subprocess.Process) -> None:
    """End the process group, whatever of it is left, and close its pipes.

    One of which not all was read, or that somebody else holds, would stay open, and be waited for.
    """
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - no other way
    await process.wait()


def _confine(process: int, limits: Limits) -> None:
    """Lower what the process may use.

    That is done from here, not in the child between fork and exec: there the locks of our other
    threads would be held by nobody who could ever release them.
    """
    _lower(process, resource.RLIMIT_CPU, int(limits.seconds) + 1)
    _lower(process, resource.RLIMIT_AS, limits.memory)
    _lower(process, resource.RLIMIT_CORE, 0)


def _lower(process: int, kind: int, limit: int) -> None:
    """Set a limit for good; one that is lower already stays, as it cannot be raised."""
    try:
        _, most = resource.prlimit(process, kind)
        allowed = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.prlimit(process, kind, (allowed, allowed))
    except ProcessLookupError:
        return  # it has ended already
