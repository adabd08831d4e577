"""One run of ``kustomize build``, confined."""

import asyncio
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.complaints import is_unsupported, newer_field, shorten
from exporter.declared.kustomize.staging import stage
from exporter.domain.errors import ReadError, Reason
from exporter.foreign.command import Access, Limits, find_tool, run
from exporter.foreign.files import MIB

ADVICE: Final = "install kustomize 5 or kubectl, or set CONFORMANCE_KUSTOMIZE to its path"
LIMITS: Final = Limits(seconds=300, output=64 * MIB)
_ASKING: Final = Limits(seconds=20, output=1 << 16)
_UNRESTRICTED: Final = ("--load-restrictor", "LoadRestrictionsNone")
_NOWHERE: Final = "http://127.0.0.1:9"
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


async def build(
    checkout: Checkout,
    folder: str,
    *,
    files: Iterable[str],
    allow_remote: bool,
    unrestricted: bool = False,
    edited: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """Return what the kustomization in *folder* renders to; *edited* are files changed for it.

    Raises :exc:`ReadError`, its path the directory that kustomize complains of, if it names one.
    It runs without plugins and Helm, with an empty home, in a copy of *files* alone, and unless
    *allow_remote* with neither git nor a way to the network or to other files.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="conformance-", ignore_cleanup_errors=True) as top:
            paths = {folder, *files}
            home, copy = await asyncio.to_thread(_lay_out, checkout, paths, edited, Path(top))
            outcome = await run(
                [*_command(), *(_UNRESTRICTED if unrestricted else ()), f"./{folder}"],
                cwd=copy,
                environment=_environment(str(home), allow_remote=allow_remote),
                limits=LIMITS,
                network=allow_remote,
                access=Access(read=[copy], write=[home]),
            )
    except OSError as error:
        raise ReadError(
            f"no temporary directory can be made: {error.strerror}", reason=Reason.TOOL
        ) from None
    if outcome.code == 0:
        return outcome.output
    message = outcome.errors.replace(str(home), "(temporary)")
    complaint = shorten(message, root=str(copy))
    field, version = newer_field(complaint.message)
    if field:
        raise ReadError(
            f"kustomize {await _version()} does not know {field}, which {version} brought",
            reason=Reason.UNSUPPORTED,
            advice=f"install kustomize {version} or later, as Argo CD has it",
        )
    unsupported = is_unsupported(complaint.message)
    raise ReadError(
        complaint.message or f"kustomize ended with {outcome.code} and no message",
        reason=Reason.UNSUPPORTED if unsupported else Reason.MALFORMED,
        path=complaint.folder,
    )


async def _version() -> str:
    """Return the version of kustomize as it says it; empty where it says none."""
    tool, word = _command()
    words = ["version", "--client"] if word == "kustomize" else ["version"]
    try:
        done = await run([tool, *words], cwd=Path("/"), environment={}, limits=_ASKING)
    except ReadError:
        return ""
    said = done.output.decode("utf-8", "replace").rpartition("Kustomize Version:")[2].split()
    return said[0][:40] if said else ""


def _lay_out(
    checkout: Checkout, files: Iterable[str], edited: Mapping[str, bytes], top: Path
) -> tuple[Path, Path]:
    """Make an empty home and a copy of *files* below *top*, and return their real paths."""
    home, copy = top.resolve() / "home", top.resolve() / "repository"
    home.mkdir()
    copy.mkdir()
    stage(checkout, files, into=copy, edited=edited)
    return home, copy


def _command() -> list[str]:
    """Return the words that build: kustomize itself, or the one inside kubectl.

    ``CONFORMANCE_KUSTOMIZE`` may name a kubectl, too: it often has a newer one.
    """
    try:
        found = _absolute(find_tool("kustomize", advice=ADVICE))
        return [found, "kustomize" if Path(found).name.startswith("kubectl") else "build"]
    except ReadError as error:
        try:
            return [_absolute(find_tool("kubectl", advice=ADVICE)), "kustomize"]
        except ReadError:
            raise error from None


def _absolute(tool: str) -> str:
    return str(Path(tool).absolute())


def _environment(home: str, *, allow_remote: bool) -> Mapping[str, str]:
    common = {
        "HOME": home,
        "TMPDIR": home,
        "XDG_CACHE_HOME": home,
        "XDG_CONFIG_HOME": home,
        "XDG_DATA_HOME": home,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GOMAXPROCS": "1",
    }
    if allow_remote:
        names = (*_PROXIES, *(variable.lower() for variable in _PROXIES))
        proxies = {name: os.environ[name] for name in names if name in os.environ}
        return common | proxies | {"GIT_ALLOW_PROTOCOL": "https:http"}
    return common | {
        "PATH": home,
        "GIT_ALLOW_PROTOCOL": "none",
        "HTTP_PROXY": _NOWHERE,
        "HTTPS_PROXY": _NOWHERE,
        "NO_PROXY": "",
    }
