"""Values that must not be read, shown so that they can still be told apart."""

import hmac
import secrets
from typing import Final

_KEY = secrets.token_bytes(32)


def fingerprint(text: str) -> str:
    """Return ``sha256:`` and eight digits that are equal for equal texts, in one run only.

    Whoever knows a bare hash of a short password finds the password by trying. So the hash is
    keyed with a random value that only this process has, and those that are forked from it after
    this module was imported; the price is that two runs differ. What workers read is compared
    with what this process reads, so each order tells a worker :data:`OF_NOTHING`, and one with
    another key refuses it (:mod:`exporter.declared.wire.work`).
    """
    data = text.encode("utf-8", "surrogatepass")
    return "sha256:" + hmac.digest(_KEY, data, "sha256").hex()[:8]


OF_NOTHING: Final = fingerprint("")
"""By this two processes tell whether they have the same key."""

MASKED: Final = "(masked by cluster-conformance dump)"
"""What stands in a dump in place of a value that nobody shall see."""
OF_MASKED: Final = fingerprint(MASKED)


def is_masked(value: object) -> bool:
    """Tell whether a *value* of a dump, or its fingerprint, is one that nobody shall see."""
    return value in (MASKED, OF_MASKED)
