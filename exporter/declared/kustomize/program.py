"""Which kustomize there is: Argo CD ships 5.7 up to 3.2, and 5.8 from 3.3 on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from exporter.declared.helm.versions import Version
from exporter.domain.errors import ParseError, ReadError
from exporter.foreign.command import Limits, find_tool, run

ADVICE: Final = "install kustomize 5 or kubectl, or set CONFORMANCE_KUSTOMIZE to its path"
_LIMITS: Final = Limits(seconds=20, output=1 << 16)
_KUBECTL: Final = "kubectl"


@dataclass(frozen=True, slots=True)
class Kustomize:
    """A program that builds kustomizations, or the kubectl that has it *inside*."""

    path: str
    inside: bool = False

    @property
    def command(self) -> tuple[str, str]:
        """The words that build."""
        return self.path, "kustomize" if self.inside else "build"

    async def version(self) -> str:
        """Return its version as 5.8.1; empty where it does not say one."""
        state = _state(self.path)
        if state not in _known:
            words = ["version", "--client"] if self.inside else ["version"]
            try:
                done = await run([self.path, *words], cwd=Path("/"), environment={}, limits=_LIMITS)
            except ReadError:
                return ""
            printed = done.output.decode("utf-8", "replace").rpartition("Kustomize Version:")[2]
            _known[state] = "".join(printed.split()[:1])[:40].removeprefix("v")
        return _known[state]


_known: dict[tuple[str, int, int], str] = {}


async def find_kustomize(version: str = "") -> Kustomize:
    """Return the kustomize of the same minor *version* (as 5.8.1) if there is one, else any.

    Raises :exc:`ReadError` with the remedy where there is none. Versions differ in little, and
    what an older one does not know is said where it is met: without the one that is asked for,
    another is better than nothing.
    """
    found = list(_candidates(version))
    if not found:
        find_tool("kustomize", advice=ADVICE)
    if version and len(found) > 1:
        for one in found:
            if minor(await one.version()) == minor(version):
                return one
    return found[0]


def _candidates(version: str) -> Iterator[Kustomize]:
    named = (f"kustomize-{minor(version)}",) if version else ()
    for name in (*named, "kustomize", _KUBECTL):
        try:
            path = Path(find_tool(name, advice="")).absolute()
        except ReadError:
            continue
        # CONFORMANCE_KUSTOMIZE may name a kubectl, too: it often has a newer one.
        yield Kustomize(str(path), inside=_KUBECTL in {name, path.name[: len(_KUBECTL)]})


def minor(version: str) -> str:
    """Return 5.8 of 5.8.1."""
    return ".".join(version.split(".")[:2])


def is_older(version: str, other: str) -> bool:
    """Tell whether a *version* is older than the *other*; one that is not known is not."""
    try:
        have, want = Version.parse(version), Version.parse(other)
    except ParseError:
        return False
    return have is not None and want is not None and have < want


def _state(path: str) -> tuple[str, int, int]:
    file = Path(path).stat()
    return path, file.st_mtime_ns, file.st_size
