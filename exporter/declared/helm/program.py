"""Which helm there is: Argo CD ships version 3 up to 3.4 and version 4 from 3.5 on."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from exporter.domain.errors import ReadError, Reason
from exporter.foreign.command import Access, Limits, find_tool, run

ADVICE: Final = "install helm {version}, or set CONFORMANCE_HELM{suffix} to its path"
_NAMES: Final = {"": ("helm", "helm-4", "helm-3"), "3": ("helm-3", "helm"), "4": ("helm-4", "helm")}
_VERSION: Final = re.compile(r"v\d+\.\d+\S*")
_LIMITS: Final = Limits(seconds=20, output=1 << 16)


@dataclass(frozen=True, slots=True)
class Helm:
    """A helm program: its *path*, the *version* that it says it has, and its file's state."""

    path: str
    version: str
    state: tuple[int, int]

    @property
    def major(self) -> str:
        """The number that decides how charts are rendered."""
        return self.version.removeprefix("v").partition(".")[0]


_known: dict[tuple[str, tuple[int, int]], Helm] = {}


async def find_helm(version: str = "") -> Helm:
    """Return the helm of a major *version* (3 or 4), or any.

    Raises :exc:`ReadError` with the remedy where there is none.
    """
    found = None
    for path in _candidates(version):
        found = await _identify(path)
        if version in {"", found.major}:
            return found
    suffix = f"_{version}" if version else ""
    have = f"{Path(found.path).name} is {found.version}" if found else "helm is not installed"
    raise ReadError(
        f"{have}, and helm {version} is asked for" if found else have,
        reason=Reason.TOOL,
        advice=ADVICE.format(version=version or "3 or 4", suffix=suffix),
    )


def _candidates(version: str) -> Iterator[str]:
    for name in _NAMES[version]:
        try:
            yield str(Path(find_tool(name, advice="")).absolute())
        except ReadError:
            continue


async def _identify(path: str) -> Helm:
    state = _state(path)
    if (path, state) not in _known:
        with tempfile.TemporaryDirectory(prefix="conformance-", ignore_cleanup_errors=True) as top:
            home = real(top)
            outcome = await run(
                [path, "version", "--template", "{{.Version}}"],
                cwd=home,
                environment=environment(home),
                limits=_LIMITS,
                access=Access(write=[home]),
            )
        said = outcome.output.decode("utf-8", "replace").strip()
        if outcome.code or not _VERSION.fullmatch(said):
            message = f"does not say which version of helm it is: {said[:100]!r}"
            raise ReadError(message, reason=Reason.TOOL, path=path)
        _known[path, state] = Helm(path, said, state)
    return _known[path, state]


def _state(path: str) -> tuple[int, int]:
    file = Path(path).stat()
    return file.st_mtime_ns, file.st_size


def real(folder: str) -> Path:
    """Return where a temporary *folder* really is: rules for files do not follow links."""
    return Path(folder).resolve()


def environment(home: Path) -> dict[str, str]:
    """Return what helm is told by its environment: an empty *home*, and how much memory to take."""
    below = partial(Path.joinpath, home)
    return {
        "HOME": str(home),
        "TMPDIR": str(home),
        "PATH": str(home),
        "HELM_CACHE_HOME": str(below("cache")),
        "HELM_CONFIG_HOME": str(below("config")),
        "HELM_DATA_HOME": str(below("data")),
        "HELM_PLUGINS": str(below("plugins")),
        "GOGC": "400",  # for a process that lives for 40 ms, a quarter of its time
        "GOMEMLIMIT": "160MiB",  # from here on memory counts more: two run beside each other
        "GOMAXPROCS": "1",
    }
