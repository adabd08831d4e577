"""What pipx and uv install: a wheel with the command, and the extras that the README names."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

from supply.components import ROOT

README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="make test installs it")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_an_installed_wheel_has_the_command(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    site = next(tmp_path.glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    pip = [sys.executable, "-m", "pip", "--python", str(tmp_path / "bin" / "python")]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)

    done = subprocess.run(
        [str(tmp_path / "bin" / "cluster-conformance"), "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
    )

    assert {"dump", "init", "check", "explain", "diff"} <= set(done.stdout.split())


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = {name.partition("/")[0] for name in opened.namelist()}

    assert {name for name in names if not name.endswith(".dist-info")} == {"exporter"}


def test_the_readme_names_every_extra_and_both_installers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    for extra in project["optional-dependencies"]:
        assert f"`[{extra}]`" in README
    assert re.search(r"^pipx install '\.\[ansible\]'", README, re.MULTILINE)
    assert "uv tool install '.[ansible]'" in README
