from datetime import datetime, timedelta

import pytest

from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.instants import parse_instant
from exporter.domain.policy import Maintenance, Patience, Waiver, matches_any

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
    ("since", "excuses"),
    [
        pytest.param(None, True, id="just-begun"),
        pytest.param(NOW - HOUR + timedelta(seconds=1), True, id="before-the-deadline"),
        pytest.param(NOW - HOUR, False, id="at-the-deadline"),
        pytest.param(NOW + HOUR, True, id="by-a-clock-that-is-ahead"),
    ],
)
def test_a_rollout_excuses_until_its_deadline(since: datetime | None, *, excuses: bool) -> None:
    assert Patience(now=NOW, rollout_deadline=HOUR).excuses(since) is excuses
