"""What a Rollout says; source: Argo Rollouts, specification (``argoproj.io/v1alpha1``)."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Raw

from exporter.domain.declaration import WorkloadKey
from exporter.domain.instants import known_instant
from exporter.domain.json import JsonObject, as_list, dig
from exporter.domain.workloads import ObservedWorkload
from exporter.observed.folds import ObjectFold
from exporter.observed.kindspec import Declared, KindSpec
from exporter.observed.records import SPARE, Condition, Metadata, Record, SpareText
from exporter.observed.workloads import (
    FACT,
    WorkloadMetadata,
    WorkloadRecord,
    WorkloadStatus,
    replicated,
)

DEADLINE = timedelta(seconds=600)
"""``progressDeadlineSeconds`` where a Rollout says nothing."""
PAUSED = "Paused"


class PauseCondition(Record):
    """An entry of ``status.pauseConditions``."""

    reason: str = ""
    start_time: SpareText = None


class RolloutStatus(Record):
    """The status of a Rollout; its observed generation is a text."""

    observed_generation: str | None = None
    conditions: list[Condition] | None = None
    replicas: int | None = None
    ready_replicas: int | None = None
    updated_replicas: int | None = None
    available_replicas: int | None = None
    current_pod_hash: SpareText = None
    current_step_index: Annotated[int | None, SPARE] = None
    abort: bool | None = None
    phase: SpareText = None
    message: SpareText = None
    pause_conditions: Annotated[list[PauseCondition] | None, SPARE] = None


class RolloutRecord(Record):
    """A Rollout; its spec is what is declared, so it stays whole."""

    metadata: WorkloadMetadata
    spec: Raw = Raw(b"null")
    status: RolloutStatus | None = None


def observed_rollout(record: RolloutRecord, key: WorkloadKey) -> ObservedWorkload:
    """Return the Rollout that *record* shows.

    Raises :exc:`ParseError` where there is no spec or it is no object, or ``spec.replicas`` is no
    number.
    """
    status = record.status or RolloutStatus()
    counts = WorkloadRecord(record.metadata, record.spec, _counts(status))
    build = replicated(counts, key)
    manifest: JsonObject = build.keywords["manifest"]
    return build(
        updated=status.updated_replicas or 0,
        revision=status.current_pod_hash or "",
        rollout_failed=bool(status.abort) or _told(status, "Progressing") == "False",
        rollout_complete=_told(status, "Completed") == "True",
        progressed=_moved(status),
        progress_deadline=_deadline(manifest),
        aborted=(status.message or "it does not say why")[:300] if status.abort else "",
        paused=_paused(status, manifest),
    )


def _counts(status: RolloutStatus) -> WorkloadStatus:
    text = status.observed_generation or ""
    return WorkloadStatus(
        observed_generation=int(text) if text.isascii() and text.isdigit() else None,
        replicas=status.replicas,
        ready_replicas=status.ready_replicas,
        available_replicas=status.available_replicas,
    )


def _told(status: RolloutStatus, kind: str) -> str:
    return next((one.status or "" for one in status.conditions or () if one.type == kind), "")


def _moved(status: RolloutStatus) -> datetime | None:
    """Return when it last got on."""
    conditions = [one for one in status.conditions or () if one.type == "Progressing"]
    told = (at for one in conditions for at in (one.last_update_time, one.last_transition_time))
    return max(filter(None, map(known_instant, told)), default=None)


def _paused(status: RolloutStatus, manifest: JsonObject) -> str:
    """Return at which step somebody has to let it go on, empty where nobody has to."""
    if status.phase != PAUSED and not status.pause_conditions:
        return ""
    reasons = ", ".join(one.reason for one in status.pause_conditions or () if one.reason)
    steps = len(as_list(dig(manifest, "spec", "strategy", "canary", "steps")))
    step = status.current_step_index
    where = f" at step {step + 1} of {steps}" if steps and step is not None else ""
    return f"paused{where}{f' ({reasons})' if reasons else ''}"


def _deadline(manifest: JsonObject) -> timedelta | None:
    seconds = dig(manifest, "spec", "progressDeadlineSeconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return DEADLINE
    return timedelta(seconds=seconds) if seconds > 0 else None


def _key(metadata: Metadata) -> WorkloadKey:
    return WorkloadKey(metadata.namespace or "", "Rollout", metadata.name)


KIND = KindSpec(
    kind="Rollout",
    group="argoproj.io",
    version="v1alpha1",
    plural="rollouts",
    short_names=("ro",),
    optional=True,
    record=RolloutRecord,
    fold=lambda: ObjectFold(
        key=_key, value=lambda record: observed_rollout(record, _key(record.metadata))
    ),
    fact=FACT,
    read_for=frozenset({Declared.WORKLOADS, Declared.COMPONENTS}),
)
