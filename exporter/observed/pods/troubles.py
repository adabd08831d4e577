"""The few pods with which something goes wrong, and what they tell of it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from exporter.domain.declaration import WorkloadKey
from exporter.domain.instants import known_instant
from exporter.domain.podtroubles import ImageTrouble, PodRestarts, PodTroubles, Restart
from exporter.observed.pods.records import ContainerStatus, PodStatus

MAX_SEEN: Final = 8
"""So many restarts of a pod are kept apart; of those before only the number counts."""
LONGEST: Final = 300
EVICTED: Final = "Evicted"

_IMAGES: Final = (
    (
        ImageTrouble.DENIED,
        re.compile(
            r"(?i)denied|unauthorized|forbidden|authentication required|no basic auth|\b40[13]\b"
        ),
    ),
    (ImageTrouble.MISSING, re.compile(r"(?i)not found|manifest unknown|does not exist|\b404\b")),
    (
        ImageTrouble.UNREACHABLE,
        re.compile(r"(?i)no such host|timeout|timed out|connection refused|unreachable|\bx509\b"),
    ),
)
"""What runtimes and registries say; a registry that hides what it has denies what is missing."""


class _Trouble(Struct, frozen=True, gc=False):
    owner: WorkloadKey
    restarts: PodRestarts | None
    words: tuple[str, ...]


class Troubles:
    """What single pods tell, by namespace and name; nothing of those that are well."""

    __slots__ = ("_frozen", "_known")

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Trouble] = {}
        self._frozen: PodTroubles | None = PodTroubles()

    def note(self, key: tuple[str, str], owner: WorkloadKey, status: PodStatus) -> bool:
        """Take note of what a pod tells; tell whether that is news."""
        before = self._known.get(key)
        found = _trouble(owner, status, before)
        if found == before:
            return False
        if found is None:
            del self._known[key]
        else:
            self._known[key] = found
        self._frozen = None
        return True

    def drop(self, key: tuple[str, str]) -> bool:
        """Forget a pod; tell whether it had told anything."""
        if self._known.pop(key, None) is None:
            return False
        self._frozen = None
        return True

    def freeze(self) -> PodTroubles:
        """Return what all pods tell now; the same value until it changes."""
        if self._frozen is None:
            restarts: dict[WorkloadKey, list[PodRestarts]] = {}
            words: dict[WorkloadKey, Counter[str]] = {}
            for _, trouble in sorted(self._known.items(), key=lambda item: item[0]):
                if trouble.restarts is not None:
                    restarts.setdefault(trouble.owner, []).append(trouble.restarts)
                if trouble.words:
                    words.setdefault(trouble.owner, Counter()).update(trouble.words)
            self._frozen = PodTroubles(
                {owner: tuple(found) for owner, found in restarts.items()},
                {owner: dict(sorted(found.items())) for owner, found in words.items()},
            )
        return self._frozen


def is_well(status: PodStatus) -> bool:
    """Tell whether a pod has nothing to tell, as most have not: it was placed, and runs at once."""
    containers = status.container_statuses
    if status.phase != "Running" or not containers:
        return False
    return _run(containers) and _run(status.init_container_statuses or ())


def _run(containers: Sequence[ContainerStatus]) -> bool:
    """Tell whether no container restarted or waits; 150,000 pods are asked, so no generator."""
    for container in containers:
        if container.restart_count or (container.state and container.state.waiting):
            return False
    return True


def _trouble(owner: WorkloadKey, status: PodStatus, before: _Trouble | None) -> _Trouble | None:
    words = tuple(dict.fromkeys(_words(status)))
    known = before.restarts if before else None
    restarts = _restarts(status, known)
    return _Trouble(owner, restarts, words) if restarts or words else None


def _containers(status: PodStatus) -> Iterator[ContainerStatus]:
    yield from status.init_container_statuses or ()
    yield from status.container_statuses or ()


def _restarts(status: PodStatus, known: PodRestarts | None) -> PodRestarts | None:
    """Return how often the containers of a pod restarted, given what was *known* before."""
    total = sum(container.restart_count or 0 for container in _containers(status))
    if not total or (known is not None and total == known.total):
        return known if total else None
    started = known_instant(status.start_time)
    seen = known.seen if known is not None and total > known.total else ()
    last = _last(status)
    if last is not None:
        count = total - known.total if seen and known else 1
        seen = (*seen, Restart(last[0], count, last[1]))[-MAX_SEEN:]
    return PodRestarts(started.timestamp() if started else 0.0, total, seen)


def _last(status: PodStatus) -> tuple[float, str] | None:
    """Return when the container ended that restarted last, and why; None where none tells."""
    found = [
        (ended.timestamp(), state.reason or "")
        for container in _containers(status)
        if container.restart_count
        and container.last_state is not None
        and (state := container.last_state.terminated) is not None
        and (ended := known_instant(state.finished_at)) is not None
    ]
    return max(found, default=None)


def _words(status: PodStatus) -> Iterator[str]:
    if status.phase == "Failed" and status.reason == EVICTED:
        yield f"{EVICTED}: {_short(status.message)}"
    for condition in status.conditions or ():
        if condition.type == "PodScheduled" and condition.status == "False":
            yield _short(condition.message) or "no node was found for it"
    for container in _containers(status):
        waiting = container.state.waiting if container.state else None
        if waiting is not None and waiting.message and "image" in f"{waiting.reason}".lower():
            yield from _image_trouble(waiting.message)


def _image_trouble(message: str) -> Sequence[ImageTrouble]:
    return [trouble for trouble, pattern in _IMAGES if pattern.search(message[:4096])][:1]


def _short(text: str | None) -> str:
    return " ".join((text or "").split())[:LONGEST]
