"""Charts as artifacts of an OCI registry: their tags, and the layer that has the archive.

Source: OCI distribution specification 1.1; helm, ``pkg/registry`` (media types; ``_`` in a tag
stands for ``+``).
"""

import re
from typing import Final, TypeVar
from urllib.parse import urljoin

import msgspec

from exporter.domain.errors import ReadError, Reason
from exporter.registries.client import SMALL, Client

T = TypeVar("T")

MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
CONFIG: Final = "application/vnd.cncf.helm.config.v1+json"
LAYER: Final = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
MOST_TAGS: Final = 20_000
MOST_PAGES: Final = 50
_DIGEST: Final = re.compile(r"sha256:([0-9a-f]{64})")
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_NEXT: Final = re.compile(r'<([^>]{1,2000})>\s*;\s*rel="?next"?')


class _Descriptor(msgspec.Struct, rename="camel"):
    media_type: str = ""
    digest: str = ""


class _Manifest(msgspec.Struct):
    config: _Descriptor = msgspec.field(default_factory=_Descriptor)
    layers: list[_Descriptor] = []


class _Tags(msgspec.Struct):
    tags: list[str] | None = None


async def layer(client: Client, repository: str, version: str) -> tuple[str, str]:
    """Return where the archive of a chart lies, and its SHA-256.

    *repository* is the path of the chart in the registry. Raises :exc:`ReadError`.
    """
    tag = version.replace("+", "_")
    if not _TAG.fullmatch(tag):
        raise ReadError(f"{version[:80]!r} is no tag", reason=Reason.MALFORMED)
    base = f"{client.origin}/v2/{repository}"
    async with client.get(
        f"{base}/manifests/{tag}", limit=SMALL, headers={"Accept": MANIFEST}
    ) as answer:
        found = _decoded(await answer.whole(), _Manifest, client)
    if found.config.media_type != CONFIG:
        shown = found.config.media_type[:100] or "nothing"
        message = f"{repository}:{tag} is no Helm chart but {shown}"
        raise ReadError(message, reason=Reason.UNSUPPORTED)
    digests = [one.digest for one in found.layers if one.media_type == LAYER]
    digest = _DIGEST.fullmatch(digests[0]) if len(digests) == 1 else None
    if digest is None:
        message = f"{repository}:{tag} has no single chart with a SHA-256"
        raise ReadError(message, reason=Reason.MALFORMED)
    return f"{base}/blobs/{digest[0]}", digest[1]


async def versions(client: Client, repository: str) -> list[str]:
    """Return the versions of a chart, as its tags say; raises :exc:`ReadError`."""
    url, found = f"{client.origin}/v2/{repository}/tags/list?n=1000", list[str]()
    for _ in range(MOST_PAGES):
        async with client.get(url, limit=SMALL) as answer:
            found += _decoded(await answer.whole(), _Tags, client).tags or []
            following = _NEXT.search(answer.headers.get("Link", ""))
        if following is None:
            return [one.replace("_", "+") for one in found if _TAG.fullmatch(one)]
        if len(found) > MOST_TAGS:
            break
        url = urljoin(url, following[1])
    message = f"{client.registry.authority} has more than {MOST_TAGS} tags of {repository}"
    raise ReadError(message, reason=Reason.TOO_LARGE)


def _decoded(content: bytes, kind: type[T], client: Client) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        message = f"{client.registry.authority} answered what is no JSON of a registry"
        raise ReadError(message, reason=Reason.MALFORMED) from None
