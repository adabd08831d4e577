"""What the owners accept, until when, and which checks run."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, field

from exporter.domain.cron import Schedule, parse_zone
from exporter.domain.instants import known_instant
from exporter.domain.policy import BLIND_SPOTS
from exporter.settings.checks import CheckId
from exporter.settings.forms import Duration, Instant, Strict
from exporter.settings.texts import parse_check, parse_layer


class ChecksSettings(Strict, frozen=True, kw_only=True):
    """Which checks run: all for which anything is declared, but those that are switched off."""

    disabled: Annotated[
        tuple[CheckId, ...],
        Meta(description="Ids of checks that do not run. What only they look at is out of scope."),
    ] = ()


class RestartSettings(Strict, frozen=True, kw_only=True):
    """How often containers may restart before that is a finding."""

    window: Annotated[Duration, Meta(description="The time that is looked back.")] = "1h"
    limit: Annotated[
        int, Meta(ge=1, description="From how many restarts of a workload within the window on.")
    ] = 3
    out_of_memory_limit: Annotated[
        int,
        Meta(ge=1, description="The same for containers that took more memory than they may."),
    ] = 1


class WaiverSettings(Strict, frozen=True, kw_only=True):
    """A failure, or an item that nobody compares, that somebody accepts until a date."""

    check: Annotated[
        str,
        Meta(
            min_length=1,
            description="A check's id, or a shell pattern.",
            extra={"parse": parse_check},
        ),
    ]
    subject: Annotated[
        str, Meta(min_length=1, description="name or namespace/name; a shell pattern.")
    ]
    reason: Annotated[str, Meta(min_length=1)]
    owner: Annotated[str, Meta(min_length=1)]
    expires: Instant
    state: (
        Annotated[
            Literal[
                "not_rendered",
                "unresolved",
                "unreadable",
                "unsupported",
                "other_cluster",
                "other_repository",
                "other_revision",
                "no_host",
                "refused",
            ],
            Meta(
                description="With check: declaration_compared, and only there: the reason why "
                "nobody compares the item."
            ),
        ]
        | UnsetType
    ) = UNSET
    ticket: Annotated[str, Meta(description="Where it is followed up; shown, not read.")] = ""
    approved_by: Annotated[str, Meta(description="Who agreed; shown, not read.")] = ""

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        blind_spot = given.get("check") == BLIND_SPOTS
        if blind_spot and "state" not in given:
            return f"say with check: {BLIND_SPOTS} which state is accepted, as state: not_rendered"
        if "state" in given and not blind_spot:
            return f"state goes with check: {BLIND_SPOTS} only, which must be written out"
        return ""


class OwnerMatch(Strict, frozen=True, kw_only=True):
    """What findings are somebody's: shell patterns, all of which have to fit."""

    check: Annotated[str, Meta(description="A check's id.", extra={"parse": parse_check})] = "*"
    layer: Annotated[
        str, Meta(description="The layer of the finding.", extra={"parse": parse_layer})
    ] = "*"
    kind: Annotated[str, Meta(description="The kind of what the finding is about.")] = "*"
    namespace: Annotated[str, Meta(description="Its namespace; empty where it has none.")] = "*"
    name: Annotated[str, Meta(description="Its name.")] = "*"
    application: Annotated[
        str, Meta(description="The Argo CD Application that delivers it; empty for none.")
    ] = "*"


class OwnerSettings(Strict, frozen=True, kw_only=True):
    """Who owns the findings that match."""

    match: OwnerMatch
    owner: Annotated[str, Meta(min_length=1, description="As alerts are to be routed.")]


class MaintenanceSettings(Strict, frozen=True, kw_only=True):
    """A window in which the failures of some nodes, and of what hangs on them, are expected."""

    nodes: Annotated[
        tuple[str, ...], Meta(min_length=1, description="Shell patterns of node names.")
    ]
    start: Instant | UnsetType = field(name="from", default=UNSET)
    end: Instant | UnsetType = field(name="until", default=UNSET)
    schedule: (
        Annotated[
            str,
            Meta(
                description="In place of from and until: when it begins, again and again, as five "
                "fields of cron: 0 22 * * SAT.",
                extra={"parse": Schedule.parse},
            ),
        ]
        | UnsetType
    ) = UNSET
    duration: (
        Annotated[Duration, Meta(description="With schedule: how long it lasts.")] | UnsetType
    ) = UNSET
    time_zone: Annotated[
        str,
        Meta(
            description="Of the schedule, as Asia/Seoul. Empty: UTC.",
            extra={"parse": parse_zone},
        ),
    ] = ""

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        once, again = {"from", "until"}, {"schedule", "duration"}
        named = given.keys() & (once | again)
        if named not in (once, again):
            return "say when: from and until, or schedule and duration"
        if "time_zone" in given and named == once:
            return "time_zone goes with schedule; from and until have their own"
        start, end = (_instant(given.get(key)) for key in ("from", "until"))
        if start is None or end is None or start < end:
            return ""
        return "until is not after from: the window never opens; write the later instant as until"


def _instant(text: object) -> datetime | None:
    return known_instant(text) if isinstance(text, str) else None
