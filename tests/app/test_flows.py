"""The way of a commit to its Application, step by step, and when each was taken."""

from collections import UserDict
from collections.abc import ItemsView, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporter.app.flows import Flows
from exporter.app.memory import MemoryFile
from exporter.checks.flow import FlowLook
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    Operation,
    Repository,
)
from exporter.domain.clock import Instant
from exporter.domain.declaration import (
    ApplicationKey,
    ApplicationSource,
    DeclaredApplication,
    DeclaredWorkload,
    WorkloadKey,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.flow import ApplicationFlow, FlowStep
from exporter.domain.provenance import Place, Source
from exporter.domain.recollection import Scope
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads
from exporter.runtime.history import History

KEY = ApplicationKey("argocd", "chat")
PLACE = Place(Source.ARGOCD, "argocd/chat.yaml", 1)
CHAT = WorkloadKey("chat", "Deployment", "chat")
NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
NEW, OLD, OLDER = "a" * 40, "b" * 40, "c" * 40
SOURCE = ApplicationSource(repository="https://git.test/iac", path="k8s/chat", local=True)
REPOSITORY = Repository(
    revision=NEW,
    reference="main",
    committed=NOW,
    log={
        NEW: NOW,
        OLD: NOW - timedelta(hours=1),
        OLDER: NOW - timedelta(hours=5),
    },
)
DECLARED = DeclaredApplication(key=KEY, place=PLACE, sources=(SOURCE,))
ROLLED_OUT = ObservedWorkload(
    key=CHAT,
    manifest={},
    replicas=2,
    ready=2,
    updated=2,
    available=2,
    total=2,
    rollout_complete=True,
    progressed=NOW + timedelta(minutes=4),
)
ROLLING = replace(ROLLED_OUT, updated=1, total=3, rollout_complete=False)


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


def argocd(
    revision: str, *, sync: str = "Synced", history: Sequence[str] = (OLDER, OLD), **given: object
) -> ObservedApplication:
    return replace(
        ObservedApplication(
            key=KEY,
            sync=sync,
            revisions=(revision,),
            history=tuple((one,) for one in history),
        ),
        **given,  # type: ignore[arg-type] # fields of an ObservedApplication
    )


BEFORE = argocd(OLD)
DELIVERED = argocd(
    NEW,
    history=(OLDER, OLD, NEW),
    operation=Operation(
        phase="Succeeded", started=minutes(2), finished=minutes(3), revisions=(NEW,)
    ),
)


def look(
    have: ObservedApplication,
    *,
    workload: ObservedWorkload = ROLLED_OUT,
    repository: Repository = REPOSITORY,
    passing: Mapping[str, bool] | None = None,
) -> FlowLook:
    declared = DeclaredWorkload(key=CHAT, place=PLACE, manifest={}, application=KEY)
    known = {
        DeclaredApplications: DeclaredApplications({KEY: DECLARED}),
        ObservedApplications: ObservedApplications({KEY: have}),
        DeclaredWorkloads: DeclaredWorkloads({CHAT: declared}),
        ObservedWorkloads: ObservedWorkloads({CHAT: workload}),
        Repository: repository,
    }
    verdicts = {"workload_ready": True, "scrape_targets": True} | dict(passing or {})
    subjects = {
        "workload_ready": Subject("Deployment", "chat", "chat"),
        "scrape_targets": Subject("ScrapeTarget", "", "chat"),
    }
    return FlowLook(
        Facts(known),
        {
            check: (
                Finding(
                    check=check,
                    subject=subjects[check],
                    verdict=Verdict.PASS if passes else Verdict.FAIL,
                ),
            )
            for check, passes in verdicts.items()
        },
    )


def follow(flows: Flows, seen: FlowLook, *, at: float) -> ApplicationFlow:
    return flows.follow(seen, at=minutes(at))[KEY]


def taken(flow: ApplicationFlow) -> dict[str, datetime | None]:
    return {one.step: one.at for one in flow.reached}


def test_each_step_has_the_instant_that_its_object_tells_or_at_which_it_was_seen() -> None:
    flows = Flows()
    follow(flows, look(BEFORE, repository=replace(REPOSITORY, revision=OLD)), at=0)
    follow(flows, look(BEFORE), at=1)
    follow(flows, look(DELIVERED, workload=ROLLING), at=3.5)
    follow(flows, look(DELIVERED, passing={"workload_ready": False}), at=5)
    follow(flows, look(DELIVERED, passing={"scrape_targets": False}), at=6)

    flow = follow(flows, look(DELIVERED), at=7)

    assert taken(flow) == {
        "commit": NOW,
        "seen": minutes(2),
        "synced": minutes(3),
        "rolled_out": minutes(4),
        "ready": minutes(6),
        "scraped": minutes(7),
    }
    assert not flow.missing


def test_what_was_reached_before_anybody_looked_has_no_invented_instant() -> None:
    flow = follow(Flows(), look(DELIVERED), at=60)

    assert taken(flow)["ready"] is None
    assert taken(flow)["rolled_out"] == minutes(4)


def test_a_commit_that_changes_no_pod_rolls_nothing_out_and_takes_no_step_backwards() -> None:
    flows = Flows()
    earlier = replace(ROLLED_OUT, progressed=minutes(-600))
    follow(flows, look(BEFORE, workload=earlier), at=1)

    flow = follow(flows, look(DELIVERED, workload=earlier), at=4)

    assert taken(flow)["rolled_out"] == minutes(3)


def test_a_step_is_missing_until_the_one_before_it_is_taken() -> None:
    flow = follow(Flows(), look(argocd(OLD, sync="Synced")), at=10)

    assert list(taken(flow)) == ["commit"]
    assert flow.missing[0] is FlowStep.SEEN


def test_what_becomes_of_the_pods_later_is_not_the_commits_matter() -> None:
    flows = Flows()
    first = follow(flows, look(DELIVERED), at=5)

    later = follow(flows, look(DELIVERED, passing={"workload_ready": False}), at=50)

    assert later.reached == first.reached


@pytest.mark.parametrize(
    ("have", "behind", "late"),
    [
        pytest.param(DELIVERED, 0, 0, id="delivered"),
        pytest.param(BEFORE, 1, 10, id="one-behind"),
        pytest.param(argocd(OLDER), 2, 70, id="since-the-first-commit-that-lacks"),
        pytest.param(argocd("d" * 40), None, 10, id="not-in-the-log"),
        pytest.param(argocd("", sync="Unknown", history=()), None, None, id="nobody-knows"),
    ],
)
def test_the_lag_is_told_in_commits_and_seconds(
    have: ObservedApplication, behind: int | None, late: float | None
) -> None:
    flow = follow(Flows(), look(have), at=10)

    assert flow.behind == behind
    assert flow.late == (None if late is None else timedelta(minutes=late))


def test_a_rollback_is_told_as_one_and_what_reverts_by_a_commit_is_none() -> None:
    rolled = argocd(NEW, sync="OutOfSync", history=(OLD, NEW, OLD))
    reverted = argocd(NEW, history=(OLDER, OLD, NEW))

    told = follow(Flows(), look(rolled), at=10)

    assert told.notes == (f"rolled back from {NEW[:12]} to {OLD[:12]}",)
    assert told.behind == 1
    assert not follow(Flows(), look(reverted), at=10).notes


def test_an_aborted_rollout_takes_no_step_and_is_told() -> None:
    aborted = replace(ROLLED_OUT, aborted="metric error-rate assessed Failed")

    flow = follow(Flows(), look(DELIVERED, workload=aborted), at=10)

    assert flow.missing[0] is FlowStep.ROLLED_OUT
    assert flow.notes == (
        "the rollout of Deployment chat/chat was aborted: metric error-rate assessed Failed",
    )


def test_an_operation_that_failed_tells_its_message() -> None:
    failed = argocd(
        NEW,
        sync="OutOfSync",
        operation=Operation(phase="Failed", message="hook failed", revisions=(NEW,)),
    )

    flow = follow(Flows(), look(failed), at=10)

    assert flow.notes == ("operation Failed: hook failed",)


def test_steps_that_were_seen_survive_a_restart_and_the_way_goes_on(tmp_path: Path) -> None:
    file = MemoryFile(path=tmp_path / "memory.json", scope=Scope("prod", "/git"))
    before = Flows()
    follow(before, look(BEFORE, repository=replace(REPOSITORY, revision=OLD)), at=0)
    follow(before, look(BEFORE), at=1)
    known = follow(before, look(DELIVERED, passing={"scrape_targets": False}), at=6)

    file.save(History(started=NOW), at=Instant(minutes(7), 0), steps=before.taken(), force=True)
    after = Flows.recalled(file.load(now=minutes(8)).steps)
    flow = follow(after, look(DELIVERED), at=9)

    assert taken(flow) == {**taken(known), FlowStep.SCRAPED: minutes(9)}
    assert flow.missing == ()


def test_what_applications_deliver_is_grouped_once_for_a_declaration() -> None:
    keys = [ApplicationKey("argocd", f"chat-{number}") for number in range(20)]
    workloads = Counted(
        {
            WorkloadKey("chat", "Deployment", key.name): DeclaredWorkload(
                key=WorkloadKey("chat", "Deployment", key.name),
                place=PLACE,
                manifest={},
                application=key,
            )
            for key in keys
        }
    )
    facts = Facts(
        {
            DeclaredApplications: DeclaredApplications(
                {key: replace(DECLARED, key=key) for key in keys}
            ),
            ObservedApplications: ObservedApplications(
                {key: replace(DELIVERED, key=key) for key in keys}
            ),
            DeclaredWorkloads: DeclaredWorkloads(workloads),
            ObservedWorkloads: ObservedWorkloads({}),
            Repository: REPOSITORY,
        }
    )
    flows = Flows()

    for at in range(3):
        assert len(flows.follow(FlowLook(facts, {}, flows.memory), at=minutes(at))) == len(keys)

    assert workloads.passes == 1


class Counted(UserDict[WorkloadKey, DeclaredWorkload]):
    """Workloads that count how often somebody goes through all of them."""

    passes = 0

    def items(self) -> ItemsView[WorkloadKey, DeclaredWorkload]:
        self.passes += 1
        return super().items()
