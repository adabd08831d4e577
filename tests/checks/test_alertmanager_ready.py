from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from exporter.checks import alertmanager_ready
from exporter.domain.excuses import ExcuseReason
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.instants import parse_instant
from exporter.domain.monitoring.alertmanager import (
    AlertmanagerReceivers,
    AlertmanagerStatus,
    DeclaredAlertmanager,
)
from exporter.domain.monitoring.stack import DeclaredStack, StackValue
from exporter.domain.provenance import Located, Place, Source

NOW = parse_instant("2025-11-12T14:30:00+09:00")
PLACE = Place(Source.INVENTORY, "conformance.yaml")
VALUES = Place(Source.ARGOCD, "argocd/monitoring.yaml", 31)
READY = AlertmanagerStatus(
    version="0.28.1",
    cluster="ready",
    peers=frozenset({"a", "b", "c"}),
    ready=True,
    started=NOW - timedelta(days=2),
)


def facts(
    status: AlertmanagerStatus = READY,
    *,
    replicas: str = "",
    declared: tuple[str, ...] = (),
    receivers: Mapping[str, tuple[str, ...]] | None = None,
) -> Facts:
    stated = {StackValue.ALERTMANAGER_REPLICAS: Located(replicas, VALUES)} if replicas else {}
    known: list[object] = [
        DeclaredStack(stated),
        DeclaredAlertmanager(
            place=PLACE,
            receivers=tuple(Located(one, PLACE) for one in declared),
        ),
        status,
    ]
    if receivers is not None:
        known.append(AlertmanagerReceivers(receivers))
    return Facts({type(one): one for one in known})


def judge(status: AlertmanagerStatus = READY, *, replicas: str = "") -> Finding:
    (finding,) = alertmanager_ready.judge(facts(status, replicas=replicas))
    return finding


def test_one_that_is_ready_in_its_cluster_passes() -> None:
    finding = judge(replicas="3")

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert finding.subject == Subject("Alertmanager", "", "alertmanager")
    assert finding.declared == {"ready": True, "peers": 3}
    assert finding.observed == {"ready": True, "cluster": "ready", "peers": 3}
    assert finding.provenance == (PLACE, VALUES)


@pytest.mark.parametrize("replicas", ["three", "9" * 5000, "²"])
def test_members_are_not_counted_by_what_is_no_number(replicas: str) -> None:
    finding = judge(replicas=replicas)

    assert (finding.verdict, finding.declared) == (Verdict.PASS, {"ready": True})


@pytest.mark.parametrize(
    ("status", "replicas", "detail"),
    [
        pytest.param(replace(READY, ready=False), "", "it is not ready", id="not ready"),
        pytest.param(READY, "4", "3 of 4 peers are in its cluster", id="a peer lacks"),
        pytest.param(
            replace(READY, cluster="disabled", peers=frozenset()),
            "3",
            "its cluster is disabled, 3 peers are declared",
            id="alone",
        ),
        pytest.param(
            replace(READY, cluster="settling"), "3", "its cluster is settling", id="settles on"
        ),
        pytest.param(replace(READY, cluster=""), "", "its cluster is in no known state", id="odd"),
        pytest.param(
            replace(READY, ready=False, peers=frozenset({"a"})),
            "2",
            "it is not ready; 1 of 2 peers are in its cluster",
            id="both",
        ),
    ],
)
def test_what_it_lacks_is_a_failure(status: AlertmanagerStatus, replicas: str, detail: str) -> None:
    finding = judge(status, replicas=replicas)

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)


@pytest.mark.parametrize(
    ("status", "replicas"),
    [
        pytest.param(READY, "", id="nobody says how many"),
        pytest.param(READY, "2", id="more than declared"),
        pytest.param(READY, "{{ count }}", id="declared as no number"),
        pytest.param(replace(READY, ready=None), "3", id="no route for readiness"),
        pytest.param(
            replace(READY, cluster="disabled", peers=frozenset()), "1", id="alone as declared"
        ),
        pytest.param(replace(READY, cluster="disabled"), "", id="alone, nothing declared"),
    ],
)
def test_what_nobody_asks_of_it_is_no_failure(status: AlertmanagerStatus, replicas: str) -> None:
    assert judge(status, replicas=replicas).verdict is Verdict.PASS


def test_settling_may_be_excused_from_a_start_and_not_anew_from_each() -> None:
    first, second = (
        judge(replace(READY, cluster="settling", started=started)).progress
        for started in (NOW - timedelta(minutes=9), NOW)
    )

    assert first
    assert second
    assert first.reason is ExcuseReason.STARTING
    assert (first.since, second.since) == (NOW - timedelta(minutes=9), NOW)
    assert first.round == second.round


def test_one_that_is_not_ready_does_not_settle() -> None:
    assert judge(replace(READY, cluster="settling", ready=False)).progress is None


def test_each_declared_receiver_needs_an_integration() -> None:
    known = facts(
        declared=("tickets", "on-call", "null"),
        receivers={"on-call": ("pagerduty",), "null": (), "other": ()},
    )

    found = {one.subject.name: one for one in alertmanager_ready.judge(known)}

    assert found["on-call"].verdict is Verdict.PASS
    assert found["on-call"].observed == ["pagerduty"]
    assert (found["null"].verdict, found["null"].detail) == (
        Verdict.FAIL,
        "it has no integration, so it tells nobody",
    )
    assert (found["tickets"].verdict, found["tickets"].detail) == (
        Verdict.FAIL,
        "no such receiver; there are null, on-call, other",
    )
    assert "other" not in found, "what is not declared may tell nobody"


def test_receivers_that_could_not_be_read_are_unknown_and_the_rest_is_judged() -> None:
    known = facts(declared=("on-call",), receivers={"on-call": ()})
    gap = Gap(Source.ALERTMANAGER, "Alertmanager last told of it long ago")

    unread = list(alertmanager_ready.judge(facts(declared=("on-call",))))
    old = list(alertmanager_ready.judge(replace(known, gaps={AlertmanagerReceivers: (gap,)})))

    for alertmanager, receiver in (unread, old):
        assert alertmanager.verdict is Verdict.PASS
        assert (receiver.verdict, receiver.cause) == (Verdict.UNKNOWN, Cause(Source.ALERTMANAGER))
    assert old[1].detail == gap.message


HIDDEN = Gap(Source.ARGOCD, "kps.yaml: is malformed")


def judge_hidden(status: AlertmanagerStatus, *, replicas: str = "") -> Finding:
    world = facts(status, replicas=replicas)
    values = world.get(DeclaredStack).values
    stack = DeclaredStack(values, {StackValue.ALERTMANAGER_REPLICAS: HIDDEN})
    (finding,) = alertmanager_ready.judge(Facts({**world.known, DeclaredStack: stack}))
    return finding


@pytest.mark.parametrize("replicas", ["", "3", "4"])
def test_how_many_peers_there_must_be_is_not_guessed(replicas: str) -> None:
    finding = judge_hidden(READY, replicas=replicas)

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("argocd"))
    assert HIDDEN.message in finding.detail


def test_one_that_is_not_ready_fails_however_many_there_must_be() -> None:
    finding = judge_hidden(replace(READY, ready=False))

    assert (finding.verdict, finding.detail, finding.cause) == (
        Verdict.FAIL,
        "it is not ready",
        None,
    )
