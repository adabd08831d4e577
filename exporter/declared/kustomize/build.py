"""One run of ``kustomize build``, confined."""

import asyncio
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.complaints import (
    Complaint,
    brought,
    is_unsupported,
    shorten,
    unknown_field,
)
from exporter.declared.kustomize.program import Kustomize, find_kustomize, is_older
from exporter.declared.kustomize.staging import stage
from exporter.domain.errors import ReadError, Reason
from exporter.foreign.command import Access, Limits, run
from exporter.foreign.files import MIB

LIMITS: Final = Limits(seconds=300, output=64 * MIB)
_UNRESTRICTED: Final = ("--load-restrictor", "LoadRestrictionsNone")
_NOWHERE: Final = "http://127.0.0.1:9"
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """How a kustomization is built: by the kustomize of a *version* (as 5.8.1), or one near to it.

    Unless it *allows_remote* bases there is neither git nor a way to the network or to other files;
    where it is *unrestricted*, files count that lie outside of it.
    """

    allows_remote: bool
    unrestricted: bool = False
    version: str = ""


async def build(
    checkout: Checkout,
    folder: str,
    *,
    files: Iterable[str],
    how: Building,
    edited: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """Return what the kustomization in *folder* renders to; *edited* are files changed for it.

    Raises :exc:`ReadError`, its path the directory that kustomize complains of, if it names one.
    It runs without plugins and Helm, with an empty home, in a copy of *files* alone.
    """
    kustomize = await find_kustomize(how.version)
    try:
        with tempfile.TemporaryDirectory(prefix="conformance-", ignore_cleanup_errors=True) as top:
            paths = {folder, *files}
            home, copy = await asyncio.to_thread(_lay_out, checkout, paths, edited, Path(top))
            outcome = await run(
                [*kustomize.command, *(_UNRESTRICTED if how.unrestricted else ()), f"./{folder}"],
                cwd=copy,
                environment=_environment(str(home), allow_remote=how.allows_remote),
                limits=LIMITS,
                network=how.allows_remote,
                access=Access(read=[copy], write=[home]),
            )
    except OSError as error:
        raise ReadError(
            f"no temporary directory can be made: {error.strerror}", reason=Reason.TOOL
        ) from None
    if outcome.code == 0:
        return outcome.output
    complaint = shorten(outcome.errors.replace(str(home), "(temporary)"), root=str(copy))
    raise await _refused(complaint, outcome.code, kustomize, how.version)


async def _refused(complaint: Complaint, code: int, kustomize: Kustomize, wanted: str) -> ReadError:
    """Return why a build failed: the version *wanted* may know what this kustomize does not."""
    field = unknown_field(complaint.message)
    if field:
        have = await kustomize.version()
        newer = brought(field) or (wanted if is_older(have, wanted) else "")
        if newer:
            which = "which {} brought" if brought(field) else "which {} may do"
            return ReadError(
                f"kustomize {have} does not know {field}, {which.format(newer)}",
                reason=Reason.UNSUPPORTED,
                advice=f"install kustomize {newer} or later, as Argo CD has it",
            )
    unsupported = is_unsupported(complaint.message)
    return ReadError(
        complaint.message or f"kustomize ended with {code} and no message",
        reason=Reason.UNSUPPORTED if unsupported else Reason.MALFORMED,
        path=complaint.folder,
    )


def _lay_out(
    checkout: Checkout, files: Iterable[str], edited: Mapping[str, bytes], top: Path
) -> tuple[Path, Path]:
    """Make an empty home and a copy of *files* below *top*, and return their real paths."""
    home, copy = top.resolve() / "home", top.resolve() / "repository"
    home.mkdir()
    copy.mkdir()
    stage(checkout, files, into=copy, edited=edited)
    return home, copy


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
