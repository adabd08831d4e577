import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=ROOT,
        env=os.environ | {"FRESH_IS_APART": "yes"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_debootstrap_it_says_how_to_get_it() -> None:
    done = run("tools/fresh", DEBOOTSTRAP="/nowhere/debootstrap")

    assert done.returncode == 1
    assert done.stderr == (
        "fresh: there is no debootstrap: apt-get install debootstrap, or name it with DEBOOTSTRAP\n"
    )


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root, unshare")
def test_a_root_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = tmp_path / "debootstrap"
    broken.write_text("#!/bin/sh\necho no mirror\nexit 1\n")
    broken.chmod(0o755)
    work = tmp_path / "made"
    work.mkdir()

    done = run("tools/fresh", "trixie", DEBOOTSTRAP=str(broken), TMPDIR=str(work))

    assert done.returncode == 1
    assert "no mirror\nfresh: debootstrap failed, see above\n" in done.stderr
    assert not [*work.iterdir()]


def test_a_newcomer_follows_the_commands_of_the_readme_and_no_others() -> None:
    done = run("tools/newcomer", "bench")

    assert done.returncode == 1
    assert done.stderr == "There is no command bench, only test and demo.\n"
    assert all(f"\nmake {name}\n" in (ROOT / "README.md").read_text() for name in ("test", "demo"))
