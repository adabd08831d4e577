"""What Argo CD has yet to deliver differs for as long as that waits, and no longer."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from exporter.checks import application_present
from exporter.domain.applications import DeclaredApplications, ObservedApplications
from exporter.domain.check import Check
from exporter.domain.declaration import (
    ApplicationKey,
    DeclaredApplication,
    DeclaredWorkload,
    WorkloadKey,
)
from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.pending import PENDING, PendingSyncs
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import DeclaredWorkloads
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions, History
from tests.runtime.judging import NOW, minutes

SHOP = ApplicationKey("argocd", "shop")
PLACE = Place(Source.ARGOCD, "shop.yaml", 1)
SUBJECT = Subject("Deployment", "shop", "web")
WORKLOAD = DeclaredWorkload(
    key=WorkloadKey("shop", "Deployment", "web"), manifest={}, place=PLACE, application=SHOP
)
WAITS = Progress(
    reason=ExcuseReason.SYNC, waits_for="a window", since=NOW, limit=timedelta(minutes=30)
)


@dataclass
class Judging:
    """A check of this *aspect*, whose verdict of one workload is told, again and again."""

    aspect: str = "spec"
    delivered: bool = True
    workload: DeclaredWorkload = WORKLOAD
    beside: tuple[Check, ...] = ()
    history: History = field(default_factory=lambda: History(started=NOW))

    def see(
        self, at: float, verdict: Verdict | None, *, waiting: ApplicationKey | None = SHOP
    ) -> Verdict | None:
        """Return what becomes of the *verdict* found, None for none, as an Application waits."""
        found = self.find(at, verdict, PendingSyncs({waiting: WAITS} if waiting else {}))
        return found.verdict if found else None

    def find(self, at: float, verdict: Verdict | None, *facts: object) -> Finding | None:
        """Return what becomes of the *verdict* found, None for none, with these *facts*."""

        def judge(_: Facts) -> Iterator[Finding]:
            if verdict is not None:
                yield Finding(check="made_up", subject=SUBJECT, verdict=verdict)

        check = Check(
            id="made_up",
            layer=Layer.APPLICATIONS,
            severity=Severity.WARNING,
            title="Made up",
            needs=(DeclaredWorkloads,),
            weighs=PENDING,
            subjects=lambda _: [SUBJECT],
            judge=judge,
            aspect=self.aspect,
            delivered=self.delivered,
        )
        known: tuple[object, ...] = (
            DeclaredWorkloads({self.workload.key: self.workload}),
            *facts,
        )
        self.history.answers = type(self.history.answers)()  # the check is another each time
        outcome = evaluate(
            [check, *self.beside],
            facts=Facts({type(fact): fact for fact in known}),
            decisions=Decisions(deadline=timedelta(minutes=30)),
            sources=(),
            at=minutes(at),
            history=self.history,
        )
        return next((one for one in outcome.findings if one.check == "made_up"), None)


def test_a_difference_is_suppressed_until_the_wait_ends() -> None:
    judging = Judging()

    assert judging.see(1, Verdict.FAIL) is Verdict.SUPPRESSED
    assert judging.see(29, Verdict.FAIL) is Verdict.SUPPRESSED
    assert judging.see(30, Verdict.FAIL) is Verdict.FAIL


@pytest.mark.parametrize(
    "judging",
    [
        pytest.param(Judging(delivered=False), id="of-another-check"),
        pytest.param(Judging(workload=replace(WORKLOAD, application=None)), id="of-nobody"),
        pytest.param(
            Judging(workload=replace(WORKLOAD, application=ApplicationKey("argocd", "x"))),
            id="of-another-application",
        ),
    ],
)
def test_others_fail_as_before(judging: Judging) -> None:
    assert judging.see(1, Verdict.FAIL) is Verdict.FAIL


def test_where_nothing_waits_a_difference_fails() -> None:
    assert Judging().see(1, Verdict.FAIL, waiting=None) is Verdict.FAIL


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.UNKNOWN])
def test_what_does_not_fail_needs_no_excuse(verdict: Verdict) -> None:
    assert Judging().see(1, verdict) is verdict


def test_what_has_been_there_may_not_be_missing_though_a_sync_waits() -> None:
    judging = Judging(aspect="present")
    judging.see(0, Verdict.PASS, waiting=None)

    assert judging.see(1, Verdict.FAIL) is Verdict.FAIL
    assert judging.see(2, Verdict.FAIL) is Verdict.FAIL


def test_what_is_newly_declared_may_be_missing_until_it_is_delivered() -> None:
    judging = Judging(aspect="present")
    judging.see(0, None, waiting=None)

    assert judging.see(1, Verdict.FAIL) is Verdict.SUPPRESSED
    assert judging.see(2, Verdict.FAIL) is Verdict.SUPPRESSED
    assert judging.see(31, Verdict.FAIL) is Verdict.FAIL


def test_what_a_missing_application_would_deliver_is_told_with_that() -> None:
    judging = Judging(aspect="present", beside=(application_present.CHECK,))
    declared = DeclaredApplication(key=SHOP, place=PLACE, sources=())
    applications = DeclaredApplications({SHOP: declared})

    found = judging.find(1, Verdict.FAIL, applications, ObservedApplications({}))

    assert found is not None
    assert found.verdict is Verdict.FAIL
    assert found.cause == Cause("application_present", Subject("Application", "argocd", "shop"))
