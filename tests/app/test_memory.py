"""What was seen outlives the process: a restart makes no old failure a new one."""

import json
import logging
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from exporter.app.memory import EVERY, FRESH, MemoryFile
from exporter.domain.clock import Instant
from exporter.domain.finding import Subject, Verdict
from exporter.domain.recollection import Scope
from exporter.runtime.history import AT_ONCE, History
from tests.runtime.judging import Judging, failing, minutes, passing, rolling, unknown

OTHER = Subject("StatefulSet", "db", "other")


def memory(folder: Path, *, cluster: str = "prod", declaration: str = "/git") -> MemoryFile:
    return MemoryFile(path=folder / "memory.json", scope=Scope(cluster, declaration))


def restarted(folder: Path, judging: Judging, *, at: float) -> Judging:
    """Return what judges after a restart *at* so many minutes."""
    assert judging.history
    memory(folder).save(judging.history, at=Instant(minutes(at), 0), force=True)
    past = memory(folder).load(now=minutes(at))
    return Judging(history=History(started=minutes(at), past=past))


def since(judging: Judging, at: float, *found: Any) -> datetime | None:
    return judging.see(at, *found).findings[0].since


def test_a_failure_is_as_old_as_before_a_restart(tmp_path: Path) -> None:
    judging = Judging()
    judging.see(0, failing())

    after = restarted(tmp_path, judging, at=10)

    assert since(after, 11, failing()) == minutes(0)
    assert since(after, 12, failing()) == minutes(0)


def test_it_is_so_though_nobody_could_look_at_first(tmp_path: Path) -> None:
    judging = Judging()
    judging.see(0, failing())

    after = restarted(tmp_path, judging, at=10)

    assert since(after, 11, unknown()) == minutes(11)
    assert since(after, 12, failing()) == minutes(0)


@pytest.mark.parametrize("between", [passing(), failing(rolling(since=minutes(11)))])
def test_what_was_otherwise_in_between_begins_anew(tmp_path: Path, between: Any) -> None:
    judging = Judging()
    judging.see(0, failing())
    after = restarted(tmp_path, judging, at=10)
    after.see(11, between)

    assert since(after, 12, failing()) == minutes(12)


def test_no_restart_excuses_a_rollout_for_longer(tmp_path: Path) -> None:
    judging = Judging()
    judging.see(0, passing())
    judging.see(1, failing(rolling()))

    for at in (10, 20, 30):
        judging = restarted(tmp_path, judging, at=at)
        assert judging.verdict(at + 0.5, failing(rolling())) is Verdict.SUPPRESSED

    assert judging.verdict(31.5, failing(rolling())) is Verdict.FAIL


def test_transitions_are_told_the_newest_last_and_outlive_a_restart(tmp_path: Path) -> None:
    judging = Judging()
    subject = failing().subject
    judging.see(0, failing(subject=OTHER), passing())
    judging.see(1, failing(subject=OTHER), failing())
    after = restarted(tmp_path, judging, at=2)
    after.see(3, failing(subject=OTHER), failing())
    outcome = after.see(4, passing())

    assert [(one.at, one.subject, one.before, one.after) for one in outcome.transitions] == [
        (minutes(1), subject, Verdict.PASS, Verdict.FAIL),
        (minutes(4), OTHER, Verdict.FAIL, None),
        (minutes(4), subject, Verdict.FAIL, Verdict.PASS),
    ]


def test_too_many_transitions_at_once_leave_failures_and_older_ones() -> None:
    judging, subjects = Judging(), [Subject("Node", "", f"n{at:03}") for at in range(2 * AT_ONCE)]
    judging.see(0, *map(passing, subjects))
    judging.see(1, *(failing(subject=subjects[0]), *map(passing, subjects[1:])))
    last = failing(subject=subjects[-1])

    outcome = judging.see(2, *map(unknown, subjects[:-1]), last)

    assert len(outcome.transitions) == 1 + AT_ONCE
    assert outcome.transitions[0].subject == subjects[0]
    assert outcome.transitions[-1].after is Verdict.FAIL


def test_as_long_as_not_all_was_looked_at_nothing_changes() -> None:
    judging = Judging()
    assert judging.history
    judging.history.complete = False
    judging.see(0, unknown())

    assert not judging.see(1, passing()).transitions


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"cluster": "other"}, "is of '/git' in cluster 'other'", id="cluster"),
        pytest.param({"declaration": "/x"}, "is of '/x' in cluster 'prod'", id="declaration"),
        pytest.param({"written": "2030-01-01T00:00:00Z"}, "in the future", id="future"),
        pytest.param({"written": "2025-11-11T05:00:00Z"}, "long ago", id="old"),
        pytest.param({"written": "2025-11-12T05:30:00"}, "in the future", id="no-zone"),
        pytest.param({"format": "v2"}, "cannot be read", id="format"),
        pytest.param({"unknown": 1}, "cannot be read", id="unknown-field"),
        pytest.param({"findings": [["a"]]}, "cannot be read", id="shape"),
    ],
)
def test_what_does_not_fit_is_moved_aside_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, change: dict[str, Any], why: str
) -> None:
    judging = Judging()
    judging.see(0, failing())
    restarted(tmp_path, judging, at=10)
    path = tmp_path / "memory.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))

    past = memory(tmp_path).load(now=minutes(11))

    assert not past.checks
    assert why in caplog.text
    assert not path.exists()
    assert (tmp_path / "memory.json.aside").exists()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000, b"null"])
def test_a_broken_file_is_no_memory(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "memory.json").write_bytes(content)

    assert not memory(tmp_path).load(now=minutes(0)).checks


def test_no_instant_of_it_lies_after_it_was_written(tmp_path: Path) -> None:
    judging = Judging()
    judging.see(0, failing())
    restarted(tmp_path, judging, at=10)
    path = tmp_path / "memory.json"
    later = json.loads(path.read_text())
    later["findings"][0]["since"] = "2030-01-01T00:00:00Z"
    path.write_text(json.dumps(later))

    past = memory(tmp_path).load(now=minutes(20))

    assert since(Judging(history=History(past=past)), 21, failing()) == minutes(10)


def test_it_is_written_whole_for_its_owner_alone_and_not_all_the_time(tmp_path: Path) -> None:
    judging, file = Judging(), memory(tmp_path)
    judging.see(0, failing())
    assert judging.history

    file.save(judging.history, at=Instant(minutes(0), 0))
    first = file.path.stat()
    judging.see(1, failing(), failing(subject=OTHER))
    file.save(judging.history, at=Instant(minutes(1), EVERY - 1))
    second = file.path.stat()
    file.save(judging.history, at=Instant(minutes(1), EVERY))
    third = file.path.stat()
    file.save(judging.history, at=Instant(minutes(1), 2 * EVERY))

    assert first.st_mode & 0o777 == 0o600
    assert first.st_ino == second.st_ino
    assert second.st_ino != third.st_ino
    assert file.path.stat().st_ino == third.st_ino  # nothing had changed
    assert [path.name for path in tmp_path.iterdir()] == ["memory.json"]


def test_it_does_not_grow_old_while_nothing_changes(tmp_path: Path) -> None:
    judging, file = Judging(), memory(tmp_path)
    judging.see(0, failing())
    assert judging.history
    file.save(judging.history, at=Instant(minutes(0), 0))

    for hour in range(1, 31):
        file.save(judging.history, at=Instant(minutes(60 * hour), FRESH * hour))

    assert memory(tmp_path).load(now=minutes(60 * 30)).checks


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_where_it_cannot_be_written_the_log_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _refuses(tmp_path, caplog)


def test_a_directory_that_is_gone_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _refuses(tmp_path / "gone", caplog)


def _refuses(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    judging, file = Judging(), memory(folder)
    if folder.exists():
        folder.chmod(0o500)
    judging.see(0, failing())
    assert judging.history

    with caplog.at_level(logging.ERROR):
        for at in range(3):
            file.save(judging.history, at=Instant(minutes(0), at * EVERY), force=True)

    assert caplog.text.count("memory cannot be kept") == 1


def test_a_day_is_as_long_as_it_lasts(tmp_path: Path) -> None:
    judging = Judging()
    judging.see(0, failing())
    restarted(tmp_path, judging, at=0)

    late = memory(tmp_path).load(now=minutes(0) + timedelta(days=1))

    assert late.checks
