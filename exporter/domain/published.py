"""What the HTTP side serves: bodies prepared once for each evaluation."""

import gzip
from dataclasses import dataclass

from exporter.domain.evaluation import Evaluation

GZIP_LEVEL = 1
"""Level 9 takes six times as long for a tenth less."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it is sent, plain and compressed with gzip."""

    plain: bytes
    gzip: bytes

    @classmethod
    def of(cls, plain: bytes) -> "Body":
        """Compress *plain*; the same bytes always give the same bytes."""
        return cls(plain=plain, gzip=gzip.compress(plain, compresslevel=GZIP_LEVEL, mtime=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One evaluation, with its exposition in both formats and its status page."""

    evaluation: Evaluation
    text: Body
    openmetrics: Body
    page: Body
