"""A survey as the work of a worker."""

from pathlib import Path
from typing import Final

import msgspec

from exporter.declared.checkout import Checkout
from exporter.declared.survey.found import Asked, Survey
from exporter.domain.errors import ReadError, Reason

MARK: Final = b"survey:"
"""What such work begins with; that of a reader is a mapping, which does not."""


def write(asked: Asked) -> bytes:
    """Return what tells a worker to survey."""
    return MARK + msgspec.msgpack.encode(asked)


def do(work: bytes) -> bytes:
    """Survey as *work* says, in a worker."""
    from exporter.declared.survey.survey import survey  # noqa: PLC0415 - only workers survey

    asked = msgspec.msgpack.decode(work.removeprefix(MARK), type=Asked)
    return encode(survey(Checkout(Path(asked.root)), asked))


def encode(found: Survey) -> bytes:
    """Return what :func:`decode` reads."""
    return msgspec.msgpack.encode(found)


def decode(result: bytes) -> Survey:
    """Return what a worker found; raises :exc:`ReadError` where that is no survey."""
    try:
        return msgspec.msgpack.decode(result, type=Survey)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"its worker gave no survey: {error}"
        raise ReadError(message, reason=Reason.INTERNAL) from None
