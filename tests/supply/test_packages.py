"""The plugin of kubectl and the formula name what was released, and run it."""

import io
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from supply.components import ROOT
from supply.packages import PLUGIN, plugin

URL = "https://git.example.org/conformance-0.1.0.tar.gz"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    source = tmp_path / "source.tar.gz"
    source.write_bytes(b"released")
    subprocess.run(
        [
            *(sys.executable, "-m", "supply.packages", "--version", "0.1.0"),
            *("--homepage", "https://git.example.org/", "--url", URL, "--source", str(source)),
            *("--plugin-url", f"{URL}.plugin", "--into", str(tmp_path / "out")),
        ],
        cwd=ROOT,
        check=True,
    )
    return tmp_path / "out"


def test_the_manifest_names_the_archive_by_its_checksum(written: Path) -> None:
    manifest = yaml.safe_load((written / "conformance.yaml").read_text())

    (platform,) = manifest["spec"]["platforms"]
    archive = (written / f"{PLUGIN}.tar.gz").read_bytes()
    checksum = subprocess.run(["sha256sum"], input=archive, capture_output=True, check=True)
    assert platform["sha256"] == checksum.stdout.split()[0].decode()
    assert archive == plugin(URL)
    assert manifest["metadata"]["name"] == PLUGIN.removeprefix("kubectl-")
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        assert platform["bin"] in opened.getnames()


@pytest.mark.parametrize(
    ("there", "said"),
    [
        pytest.param(("cluster-conformance", "uvx"), "cluster-conformance check", id="itself"),
        pytest.param(("uvx",), f"uvx --from {URL} cluster-conformance check", id="uv"),
        pytest.param(("pipx",), f"pipx run --spec {URL} cluster-conformance check", id="pipx"),
    ],
)
def test_the_plugin_runs_what_there_is(
    written: Path, tmp_path: Path, there: tuple[str, ...], said: str
) -> None:
    with tarfile.open(written / f"{PLUGIN}.tar.gz") as archive:
        # Python 3.11.2, of Debian 12, has no filters yet.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(tmp_path / "bin")  # noqa: S202 - the archive is our own
    for name in there:
        program = tmp_path / "bin" / name
        program.write_text(f'#!/bin/sh\necho {name} "$@"\n')
        program.chmod(0o755)

    done = subprocess.run(
        [str(tmp_path / "bin" / PLUGIN), "check"],
        env={"PATH": str(tmp_path / "bin")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == said


def test_the_formula_installs_what_was_released_by_hashes(written: Path) -> None:
    text = (written / "cluster-conformance.rb").read_text()

    (requirements,) = re.findall(r'"--requirement", "([^"]+)"', text)
    assert (ROOT / requirements).is_file()
    assert f'url "{URL}"' in text
    assert re.search(r'sha256 "[0-9a-f]{64}"', text)
    assert text.count("\n  def ") + text.count("class ") + text.count("test do") == text.count(
        "end\n"
    )
    assert "{{" not in text


def test_the_scripts_are_sound_shell() -> None:
    for path in (ROOT / "tools" / "check-change",):
        assert os.access(path, os.X_OK)
        subprocess.run(["sh", "-n", str(path)], check=True)
