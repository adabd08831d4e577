from datetime import timedelta
from typing import Any

import msgspec
import pytest

from exporter.domain.sync_windows import SyncWindow
from exporter.observed.kinds.app_project import MAX_WINDOWS, ProjectRecord, sync_windows

WINDOW = {
    "kind": "deny",
    "schedule": "0 22 * * *",
    "duration": "1h30m",
    "applications": ["*-prod"],
    "namespaces": ["default"],
    "clusters": ["in-cluster"],
    "manualSync": True,
    "timeZone": "Asia/Seoul",
    "andOperator": True,
}


def windows(*entries: object) -> tuple[SyncWindow, ...]:
    content: dict[str, Any] = {"metadata": {"name": "team", "namespace": "argocd"}}
    if entries:
        content["spec"] = {"syncWindows": list(entries)}
    return sync_windows(msgspec.json.decode(msgspec.json.encode(content), type=ProjectRecord))


def test_a_window_is_as_it_is_written() -> None:
    (window,) = windows(WINDOW)

    assert window.schedule is not None
    assert (window.deny, window.duration, window.all_of) == (True, timedelta(minutes=90), True)
    assert window.schedule.zone.key == "Asia/Seoul"
    assert (window.applications, window.namespaces, window.clusters) == (
        ("*-prod",),
        ("default",),
        ("in-cluster",),
    )


def test_a_project_without_windows_has_none() -> None:
    assert windows() == ()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "perhaps"},
        {"kind": None},
        {"schedule": "at night"},
        {"schedule": None},
        {"duration": "a while"},
        {"duration": None},
        {"timeZone": "Nowhere"},
    ],
)
def test_a_window_that_argo_cd_would_refuse_has_no_schedule(change: dict[str, Any]) -> None:
    (window,) = windows(WINDOW | change)

    assert window.schedule is None


def test_the_time_zone_is_utc_unless_it_is_said() -> None:
    (window,) = windows({**WINDOW, "timeZone": ""})

    assert window.schedule is not None
    assert window.schedule.zone.key == "UTC"


def test_windows_without_end_are_cut() -> None:
    assert len(windows(*[WINDOW] * (MAX_WINDOWS + 1))) == MAX_WINDOWS
