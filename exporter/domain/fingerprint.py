"""Values that must not be read, shown so that they can still be told apart."""

import hmac
import re
import secrets
from typing import Final

from exporter.domain.json import Json

_KEY = secrets.token_bytes(32)
_SECRET: Final = re.compile(
    r"(?i)(?:passw(?:or)?d|passphrase|secret|token|credentials?|(?:api|private|access)[-_]?key)"
    r"(?:value|data|string)?$"
)
"""Ends of the pointers to fields that hold secrets; names of Secrets (``secretName``) are none."""


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


def may_be_shown(pointer: str, value: Json) -> Json:
    """Return an observed *value*, or its fingerprint where its *pointer* says it may be a secret.

    The values of env variables are fingerprints already.
    """
    return fingerprint(value) if isinstance(value, str) and _SECRET.search(pointer) else value


OF_NOTHING: Final = fingerprint("")
"""By this two processes tell whether they have the same key."""

MASKED: Final = "(masked by cluster-conformance dump)"
"""What stands in a dump in place of a value that nobody shall see."""
OF_MASKED: Final = fingerprint(MASKED)


def is_masked(value: object) -> bool:
    """Tell whether a *value* of a dump, or its fingerprint, is one that nobody shall see."""
    return value in (MASKED, OF_MASKED)
