"""One run of ``helm template``, confined, in a copy of the chart and of the files it reads."""

import asyncio
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from exporter.declared.helm.plan import Plan
from exporter.declared.helm.program import Helm, environment, real
from exporter.domain.errors import ReadError, Reason
from exporter.foreign.command import Access, Limits, run
from exporter.foreign.files import MIB

LIMITS: Final = Limits(seconds=30, output=64 * MIB, memory=4096 * MIB)
_FAULT_OF_THE_CHART: Final = 1
_MAX_MESSAGE: Final = 500
_AT: Final = re.compile(r"\(?(?<![^\s():])([^\s():]+\.(?:ya?ml|tpl|txt|json)):(\d+)(?::\d+)?\)?")
_CLASH: Final = re.compile(r"chart requires kubeVersion|incompatible with Kubernetes")
_UNKNOWN: Final = re.compile(r'function "(\w+)" not defined|unknown flag: (--[\w-]+)')
_NEWER: Final = {
    "mustToToml": "4.0.0",
    "mustToYaml": "4.0.0",
    "--skip-schema-validation": "3.16.0",
}
"""What a version of helm brought that older ones do not know."""

_MISSING: Final = "missing in charts/ directory"


class NeedsVersionError(Exception):
    """A chart says for which versions of Kubernetes it is, and which the cluster has matters."""


class LacksDependenciesError(Exception):
    """A chart names others that do not lie in it."""


async def template(
    helm: Helm,
    plan: Plan,
    *,
    chart: Mapping[str, bytes],
    read: Mapping[str, bytes],
    limits: Limits = LIMITS,
) -> str:
    """Return what *helm* renders of the files of a *chart*; *read* are the plan's files.

    Raises :exc:`ReadError`, with path and line inside the chart where helm names them,
    :exc:`NeedsVersionError` and :exc:`LacksDependenciesError`.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="conformance-", ignore_cleanup_errors=True) as top:
            here = real(top)
            where = await asyncio.to_thread(_lay_out, here, chart, read, plan.values)
            outcome = await run(
                [helm.path, *plan.arguments(where, values=str(here / "values.yaml"))],
                cwd=here / "chart",
                environment=environment(here / "home"),
                limits=limits,
                access=Access(read=[here], write=[here / "home"]),
            )
    except OSError as error:
        message = f"helm cannot be given its files: {error.strerror}"
        raise ReadError(message, reason=Reason.TOOL) from None
    if outcome.code == 0:
        return outcome.output.decode("utf-8", "replace")
    said = outcome.errors.replace(str(here), "")
    if outcome.code != _FAULT_OF_THE_CHART:
        raise ReadError(f"helm {_end(said)}", reason=Reason.TOO_LARGE)
    raise _explained(said, helm)


def _lay_out(
    here: Path, chart: Mapping[str, bytes], read: Mapping[str, bytes], values: str
) -> dict[str, str]:
    """Write all files below *here*; return where those lie that are read beside the chart."""
    (here / "home").mkdir()
    for name, data in chart.items():
        path = here / "chart" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    where = {}
    for index, (name, data) in enumerate(read.items()):
        copy = here / f"{index}.yaml"
        copy.write_bytes(data)
        where[name] = str(copy)
    (here / "values.yaml").write_text(values, encoding="utf-8")
    return where


def _end(said: str) -> str:
    """Return in words why helm did not come to an end by itself."""
    for line in said.splitlines():
        if "stack" in line or "memory" in line or "fatal error" in line:
            return f"was ended by a limit: {line.strip()[:200]}"
    return "was ended by a limit"


def _explained(said: str, helm: Helm) -> Exception:
    """Return what *helm* complains of; *said* has warnings before it."""
    at = said.find("Error:")
    message = " ".join(said[max(at, 0) :].removeprefix("Error:").split())[:_MAX_MESSAGE]
    if _CLASH.search(message):
        return NeedsVersionError(message)
    if _MISSING in message:
        return LacksDependenciesError(message.rpartition(f"{_MISSING}:")[2].strip())
    unknown = _UNKNOWN.search(message)
    if unknown and (newer := _NEWER.get(unknown[1] or unknown[2])):
        return ReadError(
            f"helm {helm.version} does not know {unknown[1] or unknown[2]}, which {newer} brought",
            reason=Reason.UNSUPPORTED,
            advice=f"install helm {newer} or later, if Argo CD has it",
        )
    found = _AT.search(message)
    return ReadError(
        f"helm says: {message or 'nothing'}",
        reason=Reason.MALFORMED,
        path=found[1] if found else "",
        line=int(found[2]) if found else 0,
    )
