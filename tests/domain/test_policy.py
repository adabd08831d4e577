from datetime import datetime, timedelta

import pytest

from exporter.domain.cron import Schedule
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.instants import parse_instant
from exporter.domain.policy import Maintenance, RecurringMaintenance, Waiver, matches_any
from exporter.runtime.decisions import Decisions

NOW = parse_instant("2025-11-12T14:30:00+09:00")
HOUR = timedelta(hours=1)
TARGET = Subject("ScrapeTarget", "", "node-exporter/k8s-api-auth")


def failure(subject: Subject, *, node: str = "") -> Finding:
    return Finding(check="some", subject=subject, verdict=Verdict.FAIL, node=node)


@pytest.mark.parametrize(
    ("name", "patterns", "matches"),
    [
        pytest.param("node.kubernetes.io/not-ready", ("node.kubernetes.io/*",), True, id="star"),
        pytest.param("gpu", ("cpu", "gpu"), True, id="any-pattern"),
        pytest.param("GPU", ("gpu",), False, id="case-counts"),
        pytest.param("gpus", ("gpu",), False, id="whole-name"),
        pytest.param("gpu", (), False, id="no-patterns"),
    ],
)
def test_names_are_matched_by_shell_patterns(
    name: str, patterns: tuple[str, ...], *, matches: bool
) -> None:
    assert matches_any(name, patterns) is matches


@pytest.mark.parametrize(
    ("check", "subject", "covers"),
    [
        pytest.param("application_healthy", "ecoeco-api-*", True, id="name"),
        pytest.param("application_healthy", "argocd/ecoeco-*", True, id="namespace-and-name"),
        pytest.param("application_*", "*", True, id="patterns"),
        pytest.param("application_synced", "*", False, id="other-check"),
        pytest.param("application_healthy", "ecoeco", False, id="part-of-the-name"),
        pytest.param("application_healthy", "other/*", False, id="other-namespace"),
    ],
)
def test_a_waiver_covers_what_its_patterns_match(check: str, subject: str, *, covers: bool) -> None:
    waiver = Waiver(check=check, subject=subject, reason="images", owner="api team", expires=NOW)
    finding = Finding(
        check="application_healthy",
        subject=Subject("Application", "argocd", "ecoeco-api-auth"),
        verdict=Verdict.FAIL,
    )

    assert waiver.covers(finding) is covers
    assert waiver.id == f"{check}:{subject}"


@pytest.mark.parametrize(
    ("at", "covers"),
    [
        pytest.param(NOW - timedelta(seconds=1), False, id="before"),
        pytest.param(NOW, True, id="from-its-start"),
        pytest.param(NOW + HOUR - timedelta(seconds=1), True, id="during"),
        pytest.param(NOW + HOUR, False, id="not-at-its-end"),
    ],
)
def test_a_maintenance_window_includes_its_start_and_not_its_end(
    at: datetime, *, covers: bool
) -> None:
    window = Maintenance(nodes=("k8s-api-*",), start=NOW, end=NOW + HOUR)

    assert window.covers(failure(Subject("Node", "", "k8s-api-auth")), at=at) is covers


@pytest.mark.parametrize(
    ("pattern", "subject", "node", "covers"),
    [
        pytest.param("k8s-api-*", Subject("Node", "", "k8s-master"), "", False, id="another-node"),
        pytest.param("*", Subject("Deployment", "api", "auth"), "", False, id="on-no-node"),
        pytest.param("k8s-api-*", TARGET, "k8s-master", False, id="on-another-node"),
        pytest.param("k8s-api-*", TARGET, "k8s-api-auth", True, id="on-one-of-them"),
    ],
)
def test_a_maintenance_window_is_for_its_nodes_and_what_hangs_on_them(
    pattern: str, subject: Subject, node: str, *, covers: bool
) -> None:
    window = Maintenance(nodes=(pattern,), start=NOW, end=NOW + HOUR)

    assert window.covers(failure(subject, node=node), at=NOW) is covers


@pytest.mark.parametrize(
    ("at", "open_since"),
    [
        pytest.param("2025-11-15T21:59:59+09:00", None, id="before"),
        pytest.param("2025-11-15T22:00:00+09:00", "2025-11-15T13:00:00Z", id="as it begins"),
        pytest.param("2025-11-16T01:59:59+09:00", "2025-11-15T13:00:00Z", id="after midnight"),
        pytest.param("2025-11-16T02:00:00+09:00", None, id="as it ends"),
        pytest.param("2025-11-22T23:00:00+09:00", "2025-11-22T13:00:00Z", id="a week later"),
    ],
)
def test_a_window_that_recurs_is_open_by_the_clock_of_its_zone(
    at: str, open_since: str | None
) -> None:
    window = RecurringMaintenance(
        nodes=("*",),
        schedule=Schedule.parse("0 22 * * SAT", zone="Asia/Seoul"),
        duration=4 * HOUR,
    )

    found = window.window(parse_instant(at))

    assert (found and found.start) == (parse_instant(open_since) if open_since else None)


def test_the_decisions_at_an_instant_have_the_windows_that_are_open_then() -> None:
    daily = RecurringMaintenance(nodes=("*",), schedule=Schedule.parse("30 5 * * *"), duration=HOUR)
    decisions = Decisions(recurring=(daily,))

    (window,) = decisions.holding(NOW).maintenance

    assert (window.start, window.end) == (NOW, NOW + HOUR)
    assert decisions.holding(NOW + HOUR).maintenance == ()


@pytest.mark.parametrize(
    ("check", "state", "accepts"),
    [
        pytest.param("declaration_compared", "not_rendered", True, id="by its name"),
        pytest.param("declaration_*", "not_rendered", False, id="by a pattern"),
        pytest.param("*", "not_rendered", False, id="by any"),
        pytest.param("declaration_compared", "unsupported", False, id="another reason"),
        pytest.param("declaration_compared", "", False, id="no reason"),
    ],
)
def test_a_blind_spot_is_accepted_by_name_and_reason_only(
    check: str, state: str, *, accepts: bool
) -> None:
    waiver = Waiver(
        check=check, subject="argocd/*", reason="r", owner="o", expires=NOW, state=state
    )
    source = Subject("Source", "argocd", "shop/0")

    assert waiver.accepts(source, "not_rendered") is accepts
    assert not waiver.accepts(Subject("Source", "other", "shop/0"), "not_rendered")


def test_a_waiver_of_blind_spots_covers_no_failure_and_has_a_name_of_its_own() -> None:
    check = "declaration_compared"
    waiver = Waiver(
        check=check, subject="*", reason="r", owner="o", expires=NOW, state="unreadable"
    )
    failing = Finding(check=check, subject=TARGET, verdict=Verdict.FAIL)

    assert not waiver.covers(failing)
    assert waiver.id == "declaration_compared:*:unreadable"
