from datetime import UTC, datetime
from typing import Any

import pytest

from exporter.checks.job_success import CHECK, CRON_JOB, JOB
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.objects import ObservedObjects
from exporter.domain.policy import AsOf
from exporter.domain.provenance import Source
from tests.checks import of_objects as make
from tests.checks.of_objects import GAP

NOW = datetime(2025, 11, 12, 12, 30, 59, tzinfo=UTC)
SPEC = {"schedule": "0 * * * *"}
OLD = "2025-11-01T00:00:00Z"


def world(
    spec: dict[str, Any] | None = None,
    *,
    witnesses: datetime | None = NOW,
    running: dict[str, Any] | None = None,
    **status: Any,
) -> Facts:
    declared = make.declared(CRON_JOB, "backup", SPEC if spec is None else spec)
    live = declared if running is None else make.declared(CRON_JOB, "backup", running)
    told = {"created": OLD, "lastScheduleTime": "", "lastSuccessfulTime": "", **status}
    return make.facts(
        make.of(declared), make.seen(live, status={"backup": told}), AsOf(NOW, witnesses)
    )


def only(facts: Facts) -> Finding:
    (finding,) = make.judge(CHECK, facts)
    return finding


@pytest.mark.parametrize(
    ("succeeded", "verdict"),
    [
        pytest.param("2025-11-12T12:01:00Z", Verdict.PASS, id="after it was due"),
        pytest.param("2025-11-12T11:00:00Z", Verdict.PASS, id="after the time before"),
        pytest.param("2025-11-12T10:59:59Z", Verdict.FAIL, id="not since two were due"),
        pytest.param("", Verdict.FAIL, id="never"),
    ],
)
def test_a_cron_job_succeeded_since_the_time_before_the_last(
    succeeded: str, verdict: Verdict
) -> None:
    assert only(world(lastSuccessfulTime=succeeded)).verdict is verdict


def test_a_failure_says_when_it_was_due() -> None:
    assert only(world(lastSuccessfulTime="2025-11-12T09:00:05Z")).detail == (
        "it last succeeded at 2025-11-12T09:00:05+00:00, and was due at "
        "2025-11-12T11:00:00+00:00 and 2025-11-12T12:00:00+00:00"
    )
    assert (
        only(world()).detail == "it has never succeeded, and was due at 2025-11-12T11:00:00+00:00"
    )


@pytest.mark.parametrize(
    ("created", "verdict"),
    [
        pytest.param("2025-11-12T11:00:01Z", Verdict.PASS, id="too young"),
        pytest.param("2025-11-12T11:00:00Z", Verdict.FAIL, id="old enough"),
    ],
)
def test_a_young_cron_job_was_not_due_twice(created: str, verdict: Verdict) -> None:
    assert only(world(created=created)).verdict is verdict


def test_one_that_is_never_due_makes_no_sense() -> None:
    assert only(world({"schedule": "0 0 30 2 *"})).verdict is Verdict.FAIL


def test_what_counts_from_an_instant_that_nobody_tells_is_unknown() -> None:
    assert only(world({"schedule": "@every 1h"})).verdict is Verdict.UNKNOWN


def test_its_zone_counts() -> None:
    spec = {"schedule": "0 21 * * *", "timeZone": "Asia/Seoul"}

    assert only(world(spec, lastSuccessfulTime="2025-11-11T12:00:00Z")).verdict is Verdict.PASS
    assert only(world(spec, lastSuccessfulTime="2025-11-11T11:59:59Z")).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "spec",
    [{"schedule": "often"}, {}],
    ids=["no schedule", "nothing"],
)
def test_a_schedule_that_makes_no_sense_fails(spec: dict[str, Any]) -> None:
    finding = only(world(spec))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail.startswith("its schedule makes no sense: ")


def test_a_zone_that_is_not_known_here_is_unknown() -> None:
    finding = only(world({**SPEC, "timeZone": "Nowhere/City"}))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, None)
    assert finding.detail == "the time zone 'Nowhere/City' is not known here"


def test_one_that_the_code_suspends_passes() -> None:
    suspended: dict[str, Any] = {**SPEC, "suspend": True}

    assert only(world(suspended)).detail == "it is suspended, as the code says"


def test_one_that_somebody_else_suspended_is_the_matter_of_another_check() -> None:
    finding = only(world(running={**SPEC, "suspend": True}))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("object_spec", Subject("CronJob", "shop", "backup"))


def test_in_an_old_dump_ages_count_to_the_newest_instant_that_it_names() -> None:
    told: dict[str, Any] = {"lastScheduleTime": "2025-11-02T08:00:00Z"}

    good = world(witnesses=None, lastSuccessfulTime="2025-11-02T07:00:09Z", **told)
    bad = world(witnesses=None, lastSuccessfulTime="2025-11-02T06:59:00Z", **told)

    assert (only(good).verdict, only(bad).verdict) == (Verdict.PASS, Verdict.FAIL)


def job(*conditions: dict[str, str]) -> Facts:
    declared = make.declared(JOB, "migrate")
    status = {"migrate": {"conditions": list(conditions)}}
    return make.facts(make.of(declared), make.seen(declared, status=status), AsOf(NOW, NOW))


@pytest.mark.parametrize(
    ("condition", "verdict", "detail"),
    [
        (("Complete", "True"), Verdict.PASS, "it has succeeded"),
        (("Complete", "False"), Verdict.PASS, "it has not ended yet"),
        (("Failed", "True"), Verdict.FAIL, "it failed: BackoffLimitExceeded: too often"),
        (("Failed", "False"), Verdict.PASS, "it has not ended yet"),
    ],
)
def test_a_job_must_not_fail(condition: tuple[str, str], verdict: Verdict, detail: str) -> None:
    kind, status = condition
    told = {"type": kind, "status": status}

    finding = only(job({**told, "reason": "BackoffLimitExceeded", "message": "too\noften"}))

    assert (finding.verdict, finding.detail) == (verdict, detail)


@pytest.mark.parametrize(
    ("observed", "cause"),
    [
        pytest.param(ObservedObjects(kinds={CRON_JOB: {}}), "object_present", id="missing"),
        pytest.param(ObservedObjects(gaps={CRON_JOB: GAP}), Source.KUBERNETES, id="the kind"),
        pytest.param(
            ObservedObjects(kinds={CRON_JOB: {("shop", "backup"): GAP}}),
            Source.KUBERNETES,
            id="the object",
        ),
        pytest.param(
            ObservedObjects(kinds={CRON_JOB: {("shop", "backup"): None}}),
            Source.KUBERNETES,
            id="not read yet",
        ),
    ],
)
def test_one_of_which_nobody_knows_is_unknown(observed: ObservedObjects, cause: str) -> None:
    known = world().known

    finding = only(Facts({**known, ObservedObjects: observed}))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause is not None
    assert finding.cause.id == cause


def test_those_at_which_nobody_may_look_are_no_subjects() -> None:
    known = world().known
    facts = Facts({**known, ObservedObjects: ObservedObjects(refused={CRON_JOB: "forbidden"})})

    assert make.judge(CHECK, facts) == []
    assert list(CHECK.subjects(facts)) == []
