"""Facts about Alertmanager: itself, who is told, what is silenced and what has arrived."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from exporter.domain.provenance import Located, Place
from exporter.domain.regexp import PatternError, UnsupportedPatternError, compile_pattern

OURS = "ClusterConformance"
"""How the names of our alerts begin, but for one."""
SILENCED = "DriftAlertsSilenced"
"""The alert that says that all others are silenced; a silence of those must not match it."""
MAX_WORK = 1_000_000
"""So many steps a regular expression may take over one value, as the loop waits for it."""


def is_ours(alert: str) -> bool:
    """Tell whether the name of an *alert* is that of one of ours."""
    return alert.startswith(OURS) or alert == SILENCED


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAlertmanager:
    """The Alertmanager of the settings, and the *receivers* that it must have."""

    place: Place
    receivers: tuple[Located[str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertmanagerStatus:
    """How Alertmanager is doing.

    *ready* is what ``/-/ready`` says, None where it has no such route. *cluster* is the state of
    its gossip, as ``ready``, ``settling`` or ``disabled``; *peers* are the names of all members,
    itself included.
    """

    version: str
    cluster: str
    peers: frozenset[str] = frozenset()
    ready: bool | None = None
    started: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertmanagerReceivers:
    """All receivers, each with the kinds of its integrations: none for one that tells nobody."""

    integrations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """One condition of a silence, with the four operators of Alertmanager."""

    name: str
    value: str
    regex: bool = False
    equal: bool = True

    def matches(self, value: str) -> bool | None:
        """Tell whether a label with this *value* (empty: absent) meets it; None: cannot tell.

        A regular expression is anchored.
        """
        if not self.regex:
            return (self.value == value) is self.equal
        found = _tried(self.value, value)
        return None if found is None else found is self.equal

    def __str__(self) -> str:
        operator = ("=" if self.equal else "!") + ("~" if self.regex else "" if self.equal else "=")
        return f'{self.name}{operator}"{self.value}"'


@lru_cache(maxsize=8192)
def _tried(expression: str, value: str) -> bool | None:
    """Tell whether *expression* matches all of *value*; None where that cannot be told."""
    try:
        return compile_pattern(expression, groups=False).covers(value, work=MAX_WORK)
    except (PatternError, UnsupportedPatternError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A silence that holds or will hold; one without *matchers* covers nobody knows what."""

    id: str
    matchers: tuple[Matcher, ...]
    starts: datetime
    ends: datetime
    created_by: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Silences:
    """All silences that have not expired, by their ends and ids.

    By *ahead* the clock of who dates them is ahead of ours.
    """

    silences: tuple[Silence, ...] = ()
    ahead: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveAlerts:
    """What Alertmanager holds of our alerts, and of the one that always fires (*watchdog*).

    *counts* are alerts by their names; *silenced* counts those of ours by the ids of the silences
    that keep them quiet. Alertmanager forgets an alert that Prometheus stops sending (after some
    minutes), so what is held does arrive.
    """

    watchdog: str
    counts: Mapping[str, int] = field(default_factory=dict)
    silenced: Mapping[str, int] = field(default_factory=dict)

    @property
    def watchdog_arrives(self) -> bool:
        """Whether the alert that always fires is held."""
        return self.counts.get(self.watchdog, 0) > 0
