"""What Argo CD's API answers.

Source: Argo CD, ``assets/swagger.json`` (``repositoryManifestResponse``).
"""

from typing import Final

import msgspec
from msgspec import Struct

from exporter.domain.errors import ReadError, Reason
from exporter.domain.renderings import ArgocdRendering
from exporter.observed.endpoint import decoded

MAX_MANIFESTS: Final = 5_000
MAX_BYTES: Final = 8 << 20
"""What an Application may have at the most: etcd holds no more of many."""


class _Manifests(Struct, gc=False):
    manifests: list[str] | None = None
    revision: str = ""


_MANIFESTS = msgspec.json.Decoder(_Manifests)


def parse_manifests(body: bytes, *, path: str) -> ArgocdRendering:
    """Return what ``GET /api/v1/applications/{name}/manifests`` told; raises :exc:`ReadError`."""
    if len(body) > MAX_BYTES:
        raise ReadError(f"is larger than {MAX_BYTES >> 20} MiB", reason=Reason.TOO_LARGE, path=path)
    found = decoded(_MANIFESTS, body, path=path)
    manifests = found.manifests or []
    if len(manifests) > MAX_MANIFESTS:
        message = f"has more than {MAX_MANIFESTS:,} objects"
        raise ReadError(message, reason=Reason.TOO_LARGE, path=path)
    return ArgocdRendering(manifests=tuple(manifests), revision=found.revision)
