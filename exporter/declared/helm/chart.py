"""The files of a chart, as helm would load them from the checkout, and what their text asks for."""

import io
import os
import posixpath
import re
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from exporter.declared.checkout import Checkout
from exporter.domain.errors import ReadError, Reason
from exporter.domain.json import as_list, as_object, as_text
from exporter.domain.provenance import Place
from exporter.foreign import yaml
from exporter.foreign.files import MIB

MAX_FILES: Final = 20_000
MAX_SIZE: Final = 64 * MIB
MAX_UNPACKED: Final = 256 * MIB
"""Bytes that an archive may unpack to with the archives in it."""
MAX_DEPTH: Final = 40
MAX_DEPENDENCIES: Final = 200
MAX_LINKED: Final = 500
"""Directories behind links, which may multiply where each leads to several."""
ARCHIVES: Final = (".tgz", ".tar.gz")
CHART: Final = "Chart.yaml"
_OLD: Final = "requirements.yaml"
_NO_ARCHIVE: Final = (
    *(tarfile.TarError, zlib.error, EOFError),
    *(ValueError, OverflowError, RecursionError),  # headers that are made up, headers of headers
)
_ELSEWHERE: Final = frozenset({"", ".", ".."})
"""Parts of a path that do not lead further down; the first one empty begins at the root."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart in the directory *path* of a checkout; *files* are its files by their path in it.

    One of a registry lies in no directory; *place* is then where it is asked for, and *version*
    the one that is. Raises :exc:`ReadError` for a file that would lie outside of it.
    """

    path: str
    files: Mapping[str, bytes]
    place: Place | None = None
    version: str = ""

    def __post_init__(self) -> None:
        """Refuse names by which a copy of the files would be written somewhere else.

        Names of dependencies and members of archives are foreign, and become parts of paths.
        """
        for name in self.files:
            if "\0" in name or not _ELSEWHERE.isdisjoint(name.split("/")):
                message = f"has a file outside of the chart: {name[:200]!r}"
                raise ReadError(message, reason=Reason.OUTSIDE, path=self.path)

    @property
    def name(self) -> str:
        """How it calls itself."""
        return as_text(self.metadata.get("name"))

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What its ``Chart.yaml`` says, as far as it can be read; helm tells what is wrong."""
        return _document(self.files.get(CHART, b""))

    def file_of(self, template: str) -> str:
        """Return the file of a template that helm names: it calls a subchart by its alias."""
        top, _, rest = template.partition("/")
        called, slash, inner = rest.partition("/")
        for one in _dependencies(self.metadata) if top == "charts" and slash else ():
            if as_text(one.get("alias")) == called:
                return f"charts/{as_text(one.get('name'))}/{inner}"
        return template

    def texts(self) -> Iterator[bytes]:
        """Yield the contents of all files, those in archives of dependencies, too."""
        for name, data in self.files.items():
            yield data
            if name.endswith(ARCHIVES):
                yield from (one for _, one in unpacked(data, name=f"{self.path}/{name}"))


def _document(data: bytes) -> Mapping[str, Any]:
    try:
        found = yaml.load_all(data.decode("utf-8", "replace"))
    except ValueError:
        return {}
    return as_object(found[0].value) if found else {}


Find: TypeAlias = Callable[[str, str, str], tuple[str, bytes] | None]
"""Finds a chart by its name, version and repository: its very version, and its archive."""


def with_dependencies(chart: Chart, find: Find) -> Chart:
    """Return a *chart* with those in ``charts/`` that it names, lacks, and that *find* has."""
    files = dict(chart.files)
    locked = {
        as_text(one.get("name")): as_text(one.get("version"))
        for name in ("Chart.lock", "requirements.lock")
        for one in _dependencies(_document(chart.files.get(name, b"")))
    }
    for one in (*_dependencies(chart.metadata), *_dependencies(_document(files.get(_OLD, b"")))):
        name, repository = as_text(one.get("name")), as_text(one.get("repository"))
        version = locked.get(name) or as_text(one.get("version"))
        if name and not _has(files, "charts/", name):
            found = find(name, version, repository)
            if found is not None:
                files[f"charts/{name}-{found[0]}.tgz"] = found[1]
    return replace(chart, files=files)


def _dependencies(metadata: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what a chart says of those it depends on; raises :exc:`ReadError` where it is much."""
    found = as_list(metadata.get("dependencies"))
    if len(found) > MAX_DEPENDENCIES:
        message = f"names more than {MAX_DEPENDENCIES} dependencies"
        raise ReadError(message, reason=Reason.TOO_LARGE, path=CHART)
    yield from map(as_object, found)


def _has(files: Iterable[str], folder: str, name: str) -> bool:
    here = re.compile(rf"{re.escape(folder + name)}(?:/|-v?\d)")
    return any(map(here.match, files))


def read_chart(checkout: Checkout, path: str) -> Chart:
    """Return the chart in the directory *path*, what its links lead to in their place.

    A dependency that ``Chart.yaml`` names by ``file://`` and ``charts/`` lacks is taken from where
    it lies, as ``helm dependency build`` does. Raises :exc:`ReadError` where a link leads out of
    the repository, or is absolute: Argo CD refuses these, too.
    """
    reading = _Reading(checkout)
    reading.directory(path, "", depth=0, above=())
    reading.dependencies(path, "", depth=0)
    return Chart(path, reading.files)


@dataclass(slots=True)
class _Reading:
    checkout: Checkout
    files: dict[str, bytes] = field(default_factory=dict)
    size: int = 0
    linked: int = 0

    def directory(self, path: str, inner: str, *, depth: int, above: tuple[str, ...]) -> None:
        """Take the directory *path* of the checkout as the directory *inner* of the chart."""
        resolved = self.checkout.resolve(path)
        real = str(resolved)
        if real in above or depth > MAX_DEPTH:
            raise ReadError("is a link to what it lies in", reason=Reason.MALFORMED, path=path)
        self.linked += self.checkout.relative(resolved) != path
        if self.linked > MAX_LINKED:
            message = f"the chart has more than {MAX_LINKED} directories behind links"
            raise ReadError(message, reason=Reason.TOO_LARGE, path=path)
        try:
            with os.scandir(real) as entries:
                found = sorted(entries, key=lambda one: one.name)
        except OSError as error:
            message = f"cannot be listed: {error.strerror}"
            raise ReadError(message, reason=Reason.FORBIDDEN, path=path) from None
        for one in found:
            name = f"{path}/{one.name}" if path else one.name
            if one.name == ".git":
                continue
            if one.is_symlink():
                self._check(one, name)
            if self.checkout.is_dir(name):
                self.directory(name, f"{inner}{one.name}/", depth=depth + 1, above=(*above, real))
            else:
                self._add(name, f"{inner}{one.name}")

    def _check(self, link: os.DirEntry[str], path: str) -> None:
        if Path(link.path).readlink().is_absolute():
            raise ReadError("is an absolute link", reason=Reason.OUTSIDE, path=path)
        self.checkout.resolve(path)

    def _add(self, path: str, inner: str) -> None:
        data = self.checkout.read_bytes(path)
        self.size += len(data)
        if self.size > MAX_SIZE or len(self.files) >= MAX_FILES:
            message = f"the chart has more than {MAX_FILES} files or {MAX_SIZE // MIB} MiB"
            raise ReadError(message, reason=Reason.TOO_LARGE, path=path)
        self.files[inner] = data

    def dependencies(self, path: str, inner: str, *, depth: int) -> None:
        """Take the charts that one names by their path, unless ``charts/`` has them."""
        if depth > MAX_DEPTH:
            raise ReadError("depends on itself", reason=Reason.MALFORMED, path=path)
        metadata = _document(self.files.get(f"{inner}{CHART}", b""))
        here = f"{inner}charts/"
        for one in _dependencies(metadata):
            name, where = (as_text(one.get(key)) for key in ("name", "repository"))
            if not name or _has(self.files, here, name) or not where.startswith("file://"):
                continue
            source = posixpath.normpath(posixpath.join(path, where.removeprefix("file://")))
            if source.startswith("/") or source.split("/")[0] == "..":
                raise ReadError("leads out of the repository", reason=Reason.OUTSIDE, path=where)
            if self.checkout.is_dir(source):
                self.directory(source, f"{here}{name}/", depth=depth, above=())
                self.dependencies(source, f"{here}{name}/", depth=depth + 1)


@dataclass(slots=True)
class _Room:
    """What archives may still hold together, those in them, too."""

    size: int = MAX_UNPACKED
    files: int = MAX_FILES

    def take(self, size: int, *, name: str) -> None:
        """Pay for one more file; raises :exc:`ReadError` where that is too much."""
        self.size -= size
        self.files -= 1
        if self.size < 0 or self.files < 0:
            raise ReadError("holds too much", reason=Reason.TOO_LARGE, path=name)


def unpacked(data: bytes, *, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive, and of the archives in it; *name* is for messages.

    Raises :exc:`ReadError` where it is none, or where all of them together hold too much.
    """
    yield from _unpacked(data, name=name, depth=0, room=_Room())


def _unpacked(data: bytes, *, name: str, depth: int, room: _Room) -> Iterator[tuple[str, bytes]]:
    if depth > MAX_DEPTH:
        raise ReadError("holds archives in archives", reason=Reason.TOO_LARGE, path=name[:200])
    for inner, content in _members(data, name=name, room=room):
        yield inner, content
        if inner.endswith(ARCHIVES):
            yield from _unpacked(content, name=f"{name}!{inner}", depth=depth + 1, room=room)


def members(data: bytes, *, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive; raises :exc:`ReadError`."""
    return _members(data, name=name, room=_Room())


def _members(data: bytes, *, name: str, room: _Room) -> Iterator[tuple[str, bytes]]:
    """Yield files, each paid for by what it would unpack to before it is read.

    That of a sparse one has nothing to do with what is packed: a TiB takes no 200 bytes.
    """
    try:
        content = zlib.decompressobj(wbits=31).decompress(data, MAX_SIZE + 1)
        if len(content) > MAX_SIZE:
            raise ReadError("holds too much", reason=Reason.TOO_LARGE, path=name)
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for one in archive:
                room.take(one.size if one.isfile() else 0, name=name)
                file = archive.extractfile(one) if one.isfile() else None
                if file is not None:
                    yield one.name, file.read()
    except _NO_ARCHIVE as error:
        message = f"is no archive of a chart: {error}"
        raise ReadError(message, reason=Reason.MALFORMED, path=name) from None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a chart's text asks for besides its values."""

    kube_version: bool = False
    api_versions: bool = False
    random: bool = False
    clock: bool = False


_RANDOM: Final = re.compile(
    rb"\b(?:rand\w+|gen(?:CA|PrivateKey|SelfSignedCert|SignedCert)\w*|uuidv4|shuffle"
    rb"|htpasswd|bcrypt|encryptAES)\b"
)
_CLOCK: Final = re.compile(rb"\b(?:now|ago|durationRound)\b")
_CAPABILITIES: Final = re.compile(rb"\bCapabilities(?:\.(\w+))?")
_HARMLESS: Final = {b"HelmVersion"}


def actions(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the actions of a template (``{{ ... }}``) begin and end.

    In time linear to the text: of many that never end the first one is the last.
    """
    end = 0
    while (start := text.find(b"{{", end)) >= 0:
        close = text.find(b"}}", start)
        if close < 0:
            return
        end = close + 2
        yield start, end


def asks(texts: Iterable[bytes]) -> Asked:
    """Return what *texts*, those of a chart and of its values, ask for.

    A word counts wherever it stands: what is no template may be used as one by ``tpl``.
    """
    kube = api = random = clock = False
    for text in texts:
        named = {one[1] for one in _CAPABILITIES.finditer(text)} - _HARMLESS
        kube = kube or bool(named - {b"APIVersions"})
        api = api or bool(named - {b"KubeVersion"})
        random = random or bool(_RANDOM.search(text))
        clock = clock or bool(_CLOCK.search(text))
    return Asked(kube, api, random, clock)
