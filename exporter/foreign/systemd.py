"""What a service manager is told by its notification socket, where it gave us one.

Source: ``sd_notify(3)``, ``sd_watchdog_enabled(3)``, ``systemd.service(5)``.
"""

import logging
import os
import socket
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Final

logger = logging.getLogger(__name__)

_LONGEST_STATUS: Final = 500
_VARIABLES: Final = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


def _monotonic() -> int:
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceManager:
    """Who is told how we are; nobody where *address* is empty.

    *watchdog* is after how many seconds without a sign of life we are started anew, 0 for never.
    *monotonic* is CLOCK_MONOTONIC in nanoseconds. What cannot be told is nobody's trouble: it is
    logged once for each word, and otherwise as if there were nobody.
    """

    address: str = ""
    watchdog: float = 0.0
    monotonic: Callable[[], int] = _monotonic

    @classmethod
    def of(cls, environment: MutableMapping[str, str]) -> "ServiceManager":
        """Return whom *environment* names, and take that out of it: no child is to speak for us."""
        address, microseconds, pid = (environment.pop(name, "") for name in _VARIABLES)
        ours = pid in {"", str(os.getpid())}
        counts = microseconds.isascii() and microseconds.isdigit() and ours
        return cls(
            address=address if address[:1] in {"/", "@"} else "",
            watchdog=int(microseconds) / 1e6 if counts else 0.0,
        )

    def ready(self) -> None:
        """Tell that we serve, or that a reload is over."""
        self._tell("READY=1")

    def reloading(self) -> None:
        """Tell that settings are being read again."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={self.monotonic() // 1000}")

    def stopping(self) -> None:
        """Tell that we were told to stop."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """Give a sign of life."""
        self._tell("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Tell in words what is being done."""
        self._tell(f"STATUS={' '.join(text.split())[:_LONGEST_STATUS]}")

    def _tell(self, *assignments: str) -> None:
        if not self.address:
            return
        name = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as wire:
                wire.setblocking(False)  # noqa: FBT003 - the name says it
                wire.sendto("\n".join(assignments).encode(), name)
        except OSError as error:
            logger.debug("the service manager is not told %s: %s", assignments[0], error.strerror)
