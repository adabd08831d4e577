"""Pinned packages are held against advisories in a folder; what cannot be told is no "nothing"."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from supply.advisories import NOTHING, SOMETHING, UNKNOWN, main
from supply.components import ROOT


def advisory(*events: dict[str, str], **more: Any) -> dict[str, Any]:
    affected = {
        "package": {"ecosystem": "PyPI", "name": "Some_Package"},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
    }
    return {"id": "TEST-1", "summary": "is broken", "affected": [affected], **more}


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("some-package==1.5 \\\n    --hash=sha256:0\nother==2\n")
    return path


def audit(tmp_path: Path, lock: Path, content: Any) -> int:
    folder = tmp_path / "advisories"
    folder.mkdir()
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "TEST-1.json").write_text(text)
    return main([str(folder), str(lock)])


ZERO = {"introduced": "0"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(advisory(ZERO, {"fixed": "1.6"}), SOMETHING, id="not fixed yet"),
        pytest.param(advisory(ZERO, {"fixed": "1.5"}), NOTHING, id="fixed"),
        pytest.param(advisory(ZERO), SOMETHING, id="never fixed"),
        pytest.param(advisory({"introduced": "1.6"}), NOTHING, id="only later"),
        pytest.param(advisory(ZERO, {"last_affected": "1.5"}), SOMETHING, id="the last one"),
        pytest.param(advisory(ZERO, {"last_affected": "1.4"}), NOTHING, id="after the last one"),
        pytest.param(
            advisory(ZERO, {"fixed": "1.2"}, {"introduced": "1.4"}, {"fixed": "1.10"}),
            SOMETHING,
            id="introduced again",
        ),
        pytest.param(advisory(ZERO, withdrawn="2026-01-01T00:00:00Z"), NOTHING, id="withdrawn"),
        pytest.param(advisory({"introduced": "not a version"}), UNKNOWN, id="no version"),
        pytest.param("{", UNKNOWN, id="cut"),
        pytest.param("[]", UNKNOWN, id="no advisory"),
        pytest.param({"id": "TEST-1", "affected": []}, UNKNOWN, id="about nothing of Python"),
    ],
)
def test_what_is_known_is_told(tmp_path: Path, lock: Path, content: Any, code: int) -> None:
    assert audit(tmp_path, lock, content) == code


def test_a_version_that_is_named_is_affected(tmp_path: Path, lock: Path) -> None:
    content = advisory()
    content["affected"][0] |= {"ranges": [], "versions": ["1.5"]}

    assert audit(tmp_path, lock, content) == SOMETHING


def test_make_audit_asks_nobody_where_advisories_are_at_hand(tmp_path: Path) -> None:
    (tmp_path / "TEST-1.json").write_text(json.dumps(advisory(ZERO)))
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"

    done = subprocess.run(
        [ROOT / "tools" / "audit", "requirements/image.txt"],
        env={**os.environ, "PATH": path, "ADVISORIES": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (NOTHING, "", "")
