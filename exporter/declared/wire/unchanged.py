"""Whether a reader would find what it found before: all that it asked of the checkout is the same.

It must have asked through :class:`Checkout` alone, which notes each question.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from exporter.declared.checkout import MAX_FILES, Checkout
from exporter.domain.errors import ReadError

MAX_QUESTIONS: Final = 2 * MAX_FILES
_BLOCK: Final = 1 << 20
_LARGEST: Final = 1 << 26


@dataclass(slots=True)
class Answers:
    """Digests of what a checkout said.

    They are taken before the reader looks: a change that comes in between makes another reading
    necessary, and never passes for none.
    """

    digests: dict[str, bytes] = field(default_factory=dict)

    def note(self, checkout: Checkout, question: str) -> None:
        """Note what *checkout* says to a question, the first time that it is asked."""
        if question not in self.digests and len(self.digests) <= MAX_QUESTIONS:
            self.digests[question] = b""  # finding out asks it again
            self.digests[question] = _answer(checkout, question)

    def all(self) -> Mapping[str, bytes]:
        """Return all; none if there were too many."""
        return self.digests if len(self.digests) <= MAX_QUESTIONS else {}


def holds(checkout: Checkout, before: Mapping[str, bytes]) -> bool:
    """Tell whether *checkout* says the same as *before*; not where nothing was asked."""
    return bool(before) and all(_answer(checkout, one) == said for one, said in before.items())


def _answer(checkout: Checkout, question: str) -> bytes:
    """Return a digest of a file, of the names in a directory, or of why there is neither."""
    digest = blake2b(digest_size=16)
    try:
        if any(letter in question for letter in "*?["):
            digest.update("\0".join(checkout.match(question)).encode("utf-8", "replace"))
        real = os.fspath(checkout.resolve(question))
        digest.update(real.encode("utf-8", "replace"))
        if os.path.isdir(real):  # noqa: PTH112 - as a text
            with os.scandir(real) as entries:
                for one in sorted(entries, key=lambda entry: entry.name):
                    kind = f"{one.is_dir()}{one.is_file()}{one.is_symlink()}"
                    digest.update(f"\0{one.name}\0{kind}".encode("utf-8", "replace"))
        else:
            _add_file(digest, real)
    except (OSError, ReadError) as error:
        digest.update(type(error).__name__.encode() + str(error).encode("utf-8", "replace"))
    return digest.digest()


def _add_file(digest: blake2b, real: str) -> None:
    status = os.stat(real)  # noqa: PTH116 - as a text
    if status.st_size > _LARGEST:
        digest.update(f"{status.st_size} {status.st_mtime_ns} {status.st_ino}".encode())
        return
    with open(real, "rb") as file:  # noqa: PTH123 - as a text
        while block := file.read(_BLOCK):
            digest.update(block)
