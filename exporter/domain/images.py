"""References of container images, compared by what they name.

Source: ``github.com/distribution/reference`` (``ParseNormalizedNamed``, ``TagNameOnly``).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_HUB = "docker.io"
_ALIASES = frozenset({"index.docker.io", "registry-1.docker.io"})
_OFFICIAL = "library/"
_LATEST = "latest"
_PATH = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?:(?P<host>[A-Za-z0-9.-]+(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?)/)?"
    rf"(?P<path>{_PATH}(?:/{_PATH})*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,}))?",
    re.ASCII,
)
MAX_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class ImageReference:
    """An image by its full *repository*, as ``docker.io/library/nginx``; tag or digest may lack."""

    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def pulled(self) -> str:
        """The tag that is pulled where no digest says better."""
        return self.tag or ("" if self.digest else _LATEST)


@lru_cache(maxsize=4096)
def parse_image(text: str) -> ImageReference | None:
    """Return what an image reference names, or None where it is none."""
    found = _REFERENCE.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if found is None:
        return None
    host, path = found["host"] or "", found["path"]
    if host and not (set(".:[") & set(host) or host == "localhost" or host != host.lower()):
        host, path = "", f"{host}/{path}"
    if host in {"", _HUB, *_ALIASES}:
        host, path = _HUB, path if "/" in path else f"{_OFFICIAL}{path}"
    return ImageReference(f"{host}/{path}", found["tag"] or "", found["digest"] or "")


@dataclass(frozen=True, slots=True)
class Mirror:
    """A place *to* which images of a registry, or of a repository below one, are copied.

    Both are as they begin a reference: ``docker.io``, ``registry.example.org/hub``.
    """

    of: str
    to: str

    def origins(self, repository: str) -> Iterator[str]:
        """Yield the repositories that one of the mirror may be a copy of."""
        rest = repository.removeprefix(f"{self.to}/")
        if rest != repository:
            yield f"{self.of}/{rest}"
            if self.of == _HUB and "/" not in rest:
                yield f"{self.of}/{_OFFICIAL}{rest}"


def same_image(declared: str, observed: str, *, mirrors: Iterable[Mirror] = ()) -> bool:
    """Tell whether *observed* is the *declared* image, though it may say more.

    A declared tag may run by a digest beside it; a declared digest must run. It may come from one
    of the *mirrors* of its registry.
    """
    if declared == observed:
        return True
    one, other = parse_image(declared), parse_image(observed)
    if one is None or other is None or not _is_same_place(one, other, mirrors):
        return False
    if one.digest:
        return one.digest == other.digest and (not one.tag or other.tag in {"", one.tag})
    return one.pulled == other.pulled


def _is_same_place(
    declared: ImageReference, observed: ImageReference, mirrors: Iterable[Mirror]
) -> bool:
    places = (origin for mirror in mirrors for origin in mirror.origins(observed.repository))
    return declared.repository == observed.repository or declared.repository in places
