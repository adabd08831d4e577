"""Who asks the API server for a dump: kubectl, where there is one, else our own client.

kubectl knows every login that its user has; it is only asked for paths (``get --raw``), so that
both ways write the same dump.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from exporter.domain.errors import ReadError, Reason, UnreachableError
from exporter.domain.watches import Restart
from exporter.foreign.command import Limits, run
from exporter.observed.kubernetes.discovery import NOTHING, Answering
from exporter.observed.kubernetes.errors import MAX_SAID, WatchError

LIMITS: Final = Limits(seconds=120, output=1 << 28)
"""What one answer may take; a page holds 500 objects."""
_STATUS: Final = re.compile(r"Error from server \((\w+)\): ([^\n]*)")
_CODES: Final[Mapping[str, tuple[int, Restart, Reason]]] = MappingProxyType(
    {
        "NotFound": (HTTPStatus.NOT_FOUND, Restart.ABSENT, Reason.MISSING),
        "Forbidden": (HTTPStatus.FORBIDDEN, Restart.FORBIDDEN, Reason.FORBIDDEN),
        "Unauthorized": (HTTPStatus.UNAUTHORIZED, Restart.UNAUTHORIZED, Reason.FORBIDDEN),
        "Expired": (HTTPStatus.GONE, Restart.EXPIRED, Reason.MISSING),
        "Gone": (HTTPStatus.GONE, Restart.EXPIRED, Reason.MISSING),
    }
)
"""What the reasons mean that kubectl prints (``metav1.StatusReason``)."""


@dataclass(frozen=True, slots=True)
class Kubectl:
    """Asks by the *program* kubectl, with the words that say whom: ``--context``, ``--kubeconfig``.

    It has its user's environment, as its login may be a program with settings of its own.
    """

    program: str
    words: tuple[str, ...] = ()

    async def get(
        self, path: str, *, query: Mapping[str, str] = NOTHING, accept: str = ""
    ) -> bytes:
        """Return the body; raises :exc:`WatchError`. kubectl accepts what it accepts."""
        del accept
        whole = f"{path}?{urlencode(query)}" if query else path
        try:
            done = await run(
                (self.program, "get", "--raw", whole, *self.words),
                cwd=Path.cwd(),
                environment=os.environ,
                limits=LIMITS,
                network=True,
            )
        except ReadError as error:
            raise WatchError(error.message, restart=Restart.CUT, reason=error.reason) from None
        if done.code == 0:
            return done.output
        raise _failure(done.errors)

    async def close(self) -> None:
        """Nothing stays open."""


def _failure(said: str) -> WatchError:
    """Return what kubectl's complaint means; what no server said, nobody answered."""
    found = _STATUS.search(said)
    if found is None:
        message = " ".join(said.split())[-MAX_SAID:] or "kubectl failed and says nothing"
        return WatchError(message, restart=Restart.UNREACHABLE, reason=Reason.UNAVAILABLE)
    other = (HTTPStatus.INTERNAL_SERVER_ERROR, Restart.REFUSED, Reason.UNAVAILABLE)
    code, restart, reason = _CODES.get(found[1], other)
    return WatchError(found[2][:MAX_SAID], restart=restart, reason=reason, code=code)


async def reach(cluster: Answering) -> bytes:
    """Return the server's version; raises :exc:`UnreachableError` where nobody answers."""
    try:
        return await cluster.get("/version")
    except WatchError as error:
        if error.restart is Restart.UNREACHABLE:
            raise UnreachableError(error.message) from None
        return b"{}"
