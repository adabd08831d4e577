"""What is known of one kind in one namespace: its content, how fresh it is, and what is wrong."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from exporter.domain.clock import Instant
from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.provenance import Place, Source
from exporter.domain.watches import Restart
from exporter.observed.kinds import KindSpec
from exporter.observed.kubernetes.content import Content
from exporter.observed.kubernetes.errors import CREDENTIALS, WatchError

MAX_NAMED = 3
"""How many objects that make no sense a message names."""

_EXPECTED = frozenset({Restart.ENDED, Restart.EXPIRED, Restart.ABSENT})


@dataclass(slots=True)
class Store:
    """One kind, in one *namespace* or in all of them (empty).

    *content* is that of the last complete list and of what was told since; None before the first.
    Another list leaves it alone until it is complete, and then takes its place whole. *revision*
    grows with every change. *seen* is when the content was last known to be all there is: when
    its list was complete, or a watch told something. *trouble* is what is wrong now. Instants are
    the boot clock's.
    """

    kind: KindSpec
    namespace: str = ""
    content: Content | None = None
    revision: int = 0
    events: int = 0
    lists: int = 0
    restarts: Counter[Restart] = field(default_factory=Counter)
    errors: Counter[Reason] = field(default_factory=Counter)
    last_event: float | None = None
    last_list: float | None = None
    installed: bool = True
    trouble: Failure | None = None
    odd: int = 0

    @property
    def name(self) -> str:
        """The resource, and the namespace where there is one, in words."""
        within = f" in namespace {self.namespace}" if self.namespace else ""
        return f"{self.kind.resource}{within}"

    @property
    def seen(self) -> float | None:
        """When the content was last known to be all there is."""
        known = (instant for instant in (self.last_event, self.last_list) if instant is not None)
        return max(known, default=None)

    @property
    def settled(self) -> bool:
        """Whether it has been told what there is, or that it will not be told."""
        refused = self.trouble is not None and self.trouble.reason is Reason.FORBIDDEN
        return self.content is not None or refused

    def replace(self, content: Content, *, at: float) -> None:
        """Take over the *content* of a complete list."""
        self.odd += self.content.odd if self.content else 0
        self.content = content
        self.installed = True
        self.revision += 1
        self.lists += 1
        self.last_list = at
        self.trouble = None

    def mark_absent(self, *, at: float) -> None:
        """Take note that the kind is not installed, so that there is none of it."""
        if self.installed or self.content is None:
            self.odd += self.content.odd if self.content else 0
            self.content = Content(self.kind)
            self.revision += 1
        self.installed = False
        self.last_list = at
        self.trouble = None

    def note_events(self, *, events: int, at: float, changed: bool) -> None:
        """Take note of what a watch told of the content."""
        self.events += events
        self.last_event = at
        self.revision += changed
        self.trouble = None

    def answered(self) -> bool:
        """Take note that the server lets us watch again; tell whether that is news."""
        recovered, self.trouble = self.trouble is not None, None
        return recovered

    def interrupted(self, error: WatchError) -> None:
        """Take note of why a list or watch begins anew."""
        self.restarts[error.restart] += 1
        if error.restart in _EXPECTED and not self._is_missing(error):
            return
        self.errors[error.reason] += 1
        of_any_kind = error.restart is Restart.UNAUTHORIZED
        place = Place(Source.KUBERNETES, "" if of_any_kind else self.name)
        self.trouble = Failure(place, error.reason, error.message, error.advice)

    def is_up(self, *, at: Instant, max_age: timedelta) -> bool:
        """Tell whether all is known and recent, and the last attempt to learn more succeeded.

        What is known is relied on for longer: until it is too old.
        """
        return self.trouble is None and not self.gap(at=at, max_age=max_age)

    def gap(self, *, at: Instant, max_age: timedelta) -> str:
        """Return why nothing can be said of this kind; empty where it can."""
        trouble = self.trouble.message if self.trouble else ""
        if self.content is None or self.seen is None:
            has_name = trouble.startswith((self.kind.resource, CREDENTIALS))
            return trouble if has_name else f"{self.name}: {trouble or 'not listed yet'}"
        if at.age(self.seen) > max_age:
            since = at.shown(self.seen).isoformat(timespec="seconds")
            stale = f"{self.name}: last seen at {since}, which is too long ago"
            return f"{stale}; {trouble}" if trouble else stale
        return self._unnamed(self.content)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What is wrong now: with the watch, and with single objects."""
        unreadable = self.content.collection.unreadable if self.content and self.content.odd else []
        named = "; ".join(gap.message for gap in unreadable[:MAX_NAMED])
        more = f" and {len(unreadable) - MAX_NAMED} more" if len(unreadable) > MAX_NAMED else ""
        place = Place(Source.KUBERNETES, self.name)
        odd = (Failure(place, Reason.MALFORMED, named + more),) if named else ()
        return ((self.trouble,) if self.trouble else ()) + odd

    def count_errors(self) -> Counter[Reason]:
        """Return all errors so far by their reason; each object that cannot be read is one."""
        now = self.content.odd if self.content else 0
        return self.errors + Counter({Reason.MALFORMED: self.odd + now})

    def _is_missing(self, error: WatchError) -> bool:
        return error.restart is Restart.ABSENT and not self.kind.optional

    def _unnamed(self, content: Content) -> str:
        if not content.unnamed:
            return ""
        return (
            f"{self.name}: {content.unnamed} without a name that can be read, "
            f"the last one: {content.problem}"
        )
