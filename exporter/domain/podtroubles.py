"""What goes wrong with pods, as they tell it: restarts, and why they do not run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct

from exporter.domain.declaration import WorkloadKey

OUT_OF_MEMORY = "OOMKilled"
"""Why a container ended that took more memory than it may; source: kubelet."""


class ImageTrouble(StrEnum):
    """Why an image cannot be pulled, as the message of the container runtime tells."""

    DENIED = "the registry denies access"
    MISSING = "the registry has no such image"
    UNREACHABLE = "the registry cannot be reached"


class Restart(Struct, frozen=True, gc=False):
    """That containers of a pod were seen to have restarted *count* times, last at *at* (Unix).

    *reason* is why the last one had ended.
    """

    at: float
    count: int
    reason: str = ""


class PodRestarts(Struct, frozen=True, gc=False):
    """How often containers of one pod restarted: *total* times since it *started* (Unix, or 0).

    *seen* are the last of these, from the oldest.
    """

    started: float
    total: int
    seen: tuple[Restart, ...] = ()

    def since(self, instant: float) -> int:
        """Return how often at least a container restarted after an *instant* (Unix)."""
        if self.started >= instant:
            return self.total
        return sum(restart.count for restart in self.seen if restart.at >= instant)


@dataclass(frozen=True, slots=True)
class PodTroubles:
    """By owner, the pods that restarted, and how many pods tell of what in *words*."""

    restarts: Mapping[WorkloadKey, tuple[PodRestarts, ...]] = field(default_factory=dict)
    words: Mapping[WorkloadKey, Mapping[str, int]] = field(default_factory=dict)
