"""The name of the request that is being answered, by which its lines in the log are found."""

import secrets
from contextvars import ContextVar

current: ContextVar[str] = ContextVar("request_id", default="")


def begin() -> None:
    """Give what this task does from now on a name of its own."""
    current.set(secrets.token_hex(6))
