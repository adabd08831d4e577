"""Charts of registries: archives as ``helm pull`` writes them, and what their registries have.

A folder has ``NAME-VERSION.tgz``, itself or in folders named like the registry they are from
(``charts.example.org/stable``). Beside them lies what was fetched of a registry: its
``index.yaml``, or the versions of a chart, ``NAME.tags.json``. Nothing is fetched here: what lacks
is only asked for.
"""

import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

import msgspec

from exporter.declared import tracing
from exporter.declared.helm.chart import members
from exporter.declared.helm.index import MAX_INDEX, Entry, entries
from exporter.declared.helm.versions import closest
from exporter.declared.options import NotPlannedError
from exporter.declared.remembered import Remembered
from exporter.domain.charts import (
    INDEX,
    ChartRequest,
    NotFetched,
    Registry,
    Wanted,
    archive_file,
    is_chart,
    is_file,
    parse_registry,
    tags_file,
)
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.items import ItemState
from exporter.foreign.files import MIB, read_bytes

MAX_ARCHIVE: Final = 32 * MIB
MAX_FILES: Final = 20_000
PUT: Final = (
    "put it into the folder declared.charts.cache, as NAME-VERSION.tgz, or let it be fetched with "
    "declared.charts.fetch"
)
EXACT: Final = (
    "name one version of it, or let what the registry has be fetched with declared.charts.fetch: "
    "which of a range Argo CD has is not known else"
)
_EXACT: Final = re.compile(r"v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?")
_SCHEME: Final = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def is_exact(version: str) -> bool:
    """Tell whether *version* is one, and no range of which a registry has to choose."""
    return bool(_EXACT.fullmatch(version))


@dataclass(frozen=True, slots=True)
class Archive:
    """A chart as it is packed, and which *version* of it that is."""

    version: str
    data: bytes


@dataclass(slots=True)
class Archives:
    """Charts in a *folder*, if there is one.

    What it lacks of the registries *fetched* is noted as *requests*; *failed* says of those that
    were tried, by path in the folder, why they could not be had. *memory* has what was read of an
    index before.
    """

    folder: Path | None = None
    fetched: tuple[Registry, ...] = ()
    failed: Mapping[str, NotFetched] = field(default_factory=dict)
    memory: Remembered = field(default_factory=Remembered)
    requests: dict[ChartRequest, None] = field(default_factory=dict)

    def find(self, name: str, version: str, *, repository: str) -> Archive:
        """Return a chart of the registry *repository*, in the *version* that Argo CD has.

        Raises :exc:`NotPlannedError` where it is not here, with what to do about it, and
        :exc:`ReadError` where it cannot be read.
        """
        tracing.ask_elsewhere()
        name = name.rpartition("/")[2]
        if self.folder is None or not is_chart(name):
            self._lacks(name, version, repository, advice=PUT)
        return _Search(self, name, repository).find(version)

    def is_fetched(self, repository: str) -> bool:
        """Tell whether what lacks of a registry is asked for."""
        try:
            found = parse_registry(repository)
        except ParseError:
            return False
        return any(one.holds(found) for one in self.fetched)

    def _lacks(self, name: str, version: str, repository: str, *, advice: str) -> NoReturn:
        message = f"the chart {name[:200]} {version[:80]} of {repository[:200]} is not rendered"
        raise NotPlannedError(ItemState.NOT_RENDERED, " ".join(message.split()), advice)


@dataclass(slots=True)
class _Search:
    archives: Archives
    name: str
    repository: str
    registry: Registry | None = None

    def __post_init__(self) -> None:
        if self.archives.is_fetched(self.repository):
            self.registry = parse_registry(self.repository)

    def find(self, wanted: str) -> Archive:
        """Return the version that is *wanted*; raises :exc:`NotPlannedError`."""
        known = self._entries()
        version = wanted if is_exact(wanted) else self._resolved(wanted, known)
        entry = self._entry(version, known)
        found = self._stored(version, entry)
        if found is None:
            if self.registry is None:
                self._lacks(wanted, PUT if is_exact(wanted) else EXACT)
            self._ask_for(version, entry, known)
        return found

    def _resolved(self, wanted: str, known: tuple[Entry, ...] | None) -> str:
        """Return which version of a range it is; raises :exc:`NotPlannedError`."""
        if self.registry is not None:  # however old what is known of it, it may be out of date
            self._request(Wanted.TAGS if self.registry.is_oci else Wanted.INDEX)
        versions = [one.version for one in known or ()] or self._stored_versions()
        try:
            return closest(wanted, versions)
        except ParseError as error:
            if self.registry is not None and not versions:
                lacks = "" if known is None else "its index has no such chart"
                self._await(self._request(self._list, stale=bool(lacks)), lacks=lacks)
            if versions:
                self._lacks(wanted, f"{error.message}; name a version that is there")
            self._lacks(wanted, EXACT)

    @property
    def _list(self) -> Wanted:
        return Wanted.TAGS if self.registry is not None and self.registry.is_oci else Wanted.INDEX

    def _entry(self, version: str, known: Iterable[Entry] | None) -> Entry | None:
        """Return what the index says of a version, or of the closest that it has."""
        by_version = {one.version: one for one in reversed([*(known or ())])}
        try:
            return by_version.get(closest(version, by_version))
        except ParseError:
            return None

    def _ask_for(self, version: str, entry: Entry | None, known: object) -> NoReturn:
        """Note what has to be fetched for a chart; raises :exc:`NotPlannedError`."""
        assert self.registry is not None  # noqa: S101 - asked before
        if self.registry.is_oci:
            self._await(self._request(Wanted.ARCHIVE, version))
        if known is None:
            self._await(self._request(Wanted.INDEX))
        if entry is None:
            request = self._request(Wanted.INDEX, stale=True)
            self._await(request, version=version, lacks="its index has no such version")
        self._await(self._request(Wanted.ARCHIVE, version, entry=entry))

    def _request(
        self, wanted: Wanted, version: str = "", *, entry: Entry | None = None, stale: bool = False
    ) -> ChartRequest:
        request = ChartRequest(
            wanted=wanted,
            registry=str(self.registry),
            name="" if wanted is Wanted.INDEX else self.name,
            version=version,
            url=entry.url if entry else "",
            digest=entry.digest if entry else "",
            stale=stale,
        )
        self.archives.requests[request] = None
        return request

    def _await(self, request: ChartRequest, *, version: str = "", lacks: str = "") -> NoReturn:
        """Say why what is asked for is not there yet, or what the list that is there *lacks*."""
        try:
            failed = self.archives.failed.get("/".join(request.path))
        except ParseError as error:
            failed = NotFetched(error.message)
        if failed is None and lacks:
            failed = NotFetched(lacks, "name one that is there")
        why = failed or NotFetched("it has not been fetched yet")
        named = " ".join(f"{self.name} {request.version or version}".split())
        message = f"the chart {named[:300]} of {self.repository[:200]} is not rendered: "
        raise NotPlannedError(ItemState.NOT_RENDERED, message + why.message, why.advice)

    def _lacks(self, wanted: str, advice: str) -> NoReturn:
        self.archives._lacks(self.name, wanted, self.repository, advice=advice)  # noqa: SLF001 - ours

    def _stored(self, version: str, entry: Entry | None) -> Archive | None:
        """Return the archive of a version, unless the index says that it has another content."""
        for folder in self._folders():
            for one in dict.fromkeys((version, version.removeprefix("v"), f"v{version}")):
                name = archive_file(self.name, one)
                path = folder / name
                if not is_file(name) or not path.is_file():
                    continue
                data = read_bytes(path, name=name, limit=MAX_ARCHIVE)
                if entry is None or not entry.digest or self.registry is None:
                    return Archive(one, data)
                if hashlib.sha256(data).hexdigest() == entry.digest:
                    return Archive(one, data)
        return None

    def _stored_versions(self) -> list[str]:
        """Return the versions that the registry has, else those in the folder."""
        for folder in self._folders():
            tags = folder / tags_file(self.name)
            if tags.is_file():
                return _tags(tags)
        return [*dict.fromkeys(one for folder in self._folders() for one in self._files(folder))]

    def _files(self, folder: Path) -> Iterator[str]:
        """Yield the versions of the chart whose archives lie in a folder."""
        start, end = f"{self.name}-", ".tgz"
        if not folder.is_dir():
            return
        for at, path in enumerate(sorted(folder.iterdir())):
            if at > MAX_FILES:
                return
            version = path.name.removeprefix(start).removesuffix(end)
            if path.name == f"{start}{version}{end}" and is_exact(version):
                yield version

    def _entries(self) -> tuple[Entry, ...] | None:
        """Return what the index of the registry says of the chart; None where there is none."""
        path = self._folders()[0] / INDEX
        if not path.is_file():
            return None
        status = path.stat()
        key = ("index", str(path), status.st_mtime_ns, status.st_size, self.name)
        memory = self.archives.memory
        found: tuple[Entry, ...] | None = memory.known(key, tuple)
        if found is None:
            data = read_bytes(path, name=INDEX, limit=MAX_INDEX)
            found = entries(data, self.name, base=self.repository)
            memory.keep(key, found)
        return found

    def _folders(self) -> tuple[Path, ...]:
        assert self.archives.folder is not None  # noqa: S101 - asked before
        top = self.archives.folder
        try:
            parts = parse_registry(self.repository).folder
        except ParseError:
            return (top,)
        return (top.joinpath(*parts), top)


def _tags(path: Path) -> list[str]:
    """Return the versions in a file; raises :exc:`ReadError`."""
    data = read_bytes(path, name=path.name, limit=MIB)
    try:
        return msgspec.json.decode(data, type=list[str])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ReadError(
            "holds no list of versions", reason=Reason.MALFORMED, path=path.name
        ) from None


def opened(data: bytes, *, name: str) -> Mapping[str, bytes]:
    """Return the files of a packed chart by their path in it; raises :exc:`ReadError`."""
    files = {}
    for path, content in members(data, name=name):
        _, slash, inner = path.removeprefix("./").partition("/")
        if slash and inner:
            files[posixpath.normpath(inner)] = content  # as helm does
    if "Chart.yaml" not in files:
        raise ReadError("holds no chart", reason=Reason.MALFORMED, path=name)
    return files
