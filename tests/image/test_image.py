"""What the Dockerfile installs runs as a container would run it, where no engine is needed."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.reference import EXAMPLE
from tests.image.dockerfile import PROJECT, copy_context, stages
from tests.programs import tool

BUILD, RENDERERS, LAST = stages()
RUN_IMAGE = Path(__file__).parent / "run-image"
NONROOT = "65532:65532"
ANYBODY = "1000690000:0"


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")

    done = subprocess.run([hadolint, PROJECT / "Dockerfile"], capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (0, b"")


def test_the_last_stage_has_no_compiler_and_no_pip() -> None:
    (installation,) = LAST.all("RUN")

    installed = re.findall(r'"([a-z-]+)=', installation)
    assert set(installed) == {"ca-certificates", "git", "tini"}
    assert "pip uninstall --yes pip" in installation
    assert LAST.all("COPY") == [
        "--from=build /opt/exporter /opt/exporter",
        "--from=renderers /opt/helm-3/helm /usr/local/bin/helm-3",
        "--from=renderers /opt/helm-4/helm /usr/local/bin/helm-4",
        "--from=renderers /opt/kustomize-5.7/kustomize /usr/local/bin/kustomize-5.7",
        "--from=renderers /opt/kustomize/kustomize /usr/local/bin/kustomize",
        "LICENSE NOTICE /usr/share/doc/cluster-conformance-exporter/",
    ]


def test_renderers_are_built_at_versions_that_argo_cd_ships() -> None:
    (installation,) = RENDERERS.all("RUN")

    assert re.findall(r"cmd/helm@(\S+)", installation) == ["v3.19.4", "v4.2.1"]
    assert re.findall(r"version\.version=(v[\d.]+)", installation) == ["v3.19.4", "v4.2.1"]
    assert re.findall(r"provenance\.version=(v[\d.]+)", installation) == ["v5.7.0", "v5.8.1"]
    assert re.findall(r"kustomize/v5@(\S+)", installation) == ["v5.7.0", "v5.8.1"]


def test_it_runs_as_nobody_in_particular_behind_an_init() -> None:
    assert LAST.all("USER") == [NONROOT]
    assert LAST.command("ENTRYPOINT")[:3] == ["/usr/bin/tini", "-g", "--"]
    assert LAST.command("CMD") == ["serve"]


def test_every_package_is_pinned_by_its_hash() -> None:
    commands = " ".join(BUILD.all("RUN"))

    for install in re.findall(r"install (?:(?!&&).)*", commands):
        assert "--require-hashes --only-binary :all:" in install or "--no-index" in install


def test_the_image_has_the_versions_of_the_tests() -> None:
    tested = _pins("run.txt")

    assert _pins("image.txt") <= tested
    assert _pins("build.txt") <= tested
    assert tested == _pins("image.txt") | _pins("build.txt")


def _pins(name: str) -> set[str]:
    lines = (PROJECT / "requirements" / name).read_text().splitlines()
    return {line.rstrip(" \\") for line in lines if re.match(r"[a-z]", line)}


@pytest.fixture(scope="session")
def unshare() -> str:
    """Return unshare; the test is skipped where a root of its own cannot be made with it."""
    probe = ["unshare", "--mount", "--pid", "--fork", "setpriv", "--reuid", "65532", "true"]
    able = (
        os.geteuid() == 0
        and all(shutil.which(one) for one in ("unshare", "setpriv", "chroot"))
        and subprocess.run(probe, capture_output=True, check=False).returncode == 0
    )
    if not able:
        pytest.skip("wants root, unshare and setpriv for a file system of its own")
    return "unshare"


UNTOLD = {"declaration_compared", "secret_references", "service_endpoints"}
"""What no machine could tell of the reference cluster: its API pods never started."""


@dataclass(frozen=True, slots=True)
class Image:
    """What the Dockerfile's build stage made, and the programs of Debian beside it."""

    opt: Path
    tools: Path
    work: Path

    @contextlib.contextmanager
    def serving(self, user: str) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
        """Serve the reference cluster as *user*; give the process and its address."""
        root, log = self.work / "root", self.work / f"log-{user}"
        root.mkdir(exist_ok=True)
        with log.open("wb") as errors:
            process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", *self._run(root, user)],
                stderr=errors,
                start_new_session=True,
            )
        try:
            yield process, _address(process, log)
        finally:
            process.kill()
            process.wait()

    def _run(self, root: Path, user: str) -> list[str]:
        environment = LAST.environment()
        path = environment["PATH"].replace("$PATH", "/tools:/usr/bin:/bin")
        entry = [one.replace("/usr/bin/tini", "/tools/tini") for one in LAST.command("ENTRYPOINT")]
        places = (root, self.opt, EXAMPLE, self.tools, sys.base_prefix)
        return [
            *map(str, (RUN_IMAGE, *places, user)),
            *("env", "-i", *(f"{key}={value}" for key, value in environment.items())),
            *(f"PATH={path}", *entry, *LAST.command("CMD")),
            *("--web.listen-address", "127.0.0.1:0"),
        ]


@pytest.fixture(scope="session")
def image(unshare: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """Do what the Dockerfile's first stage does, with this machine's Python."""
    work = tmp_path_factory.mktemp("image")
    opt, tools, source = (work / name for name in ("opt", "tools", "src"))
    for folder in (opt, tools, source):
        folder.mkdir()
    copy_context(source)
    script = "\n".join(["umask 022", f"mount --bind {opt} /opt", *BUILD.all("RUN")])
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    built = subprocess.run(
        [unshare, "--mount", "sh", "-euc", script],
        cwd=source,
        env={**os.environ, "PATH": path, "PIP_COMPILE": "0"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    shutil.copy(tool("kustomize-trixie"), tools / "kustomize")
    shutil.copy(_tini(), tools / "tini")
    yield Image(opt, tools, work)
    shutil.rmtree(work)


def _tini() -> str:
    found = Path(tool("tini"))
    static = found.with_name("tini-static")  # that of a newer Debian runs here, too
    return str(static if static.exists() else found)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(600):
        found = re.search(r"listening on (http://[\d.:]+)", log.read_text())
        if found:
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _get(url: str) -> str:
    """Fetch *url*, again and again until it answers."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                text: str = answer.read().decode()
                return text
        except urllib.error.HTTPError as error:
            assert error.code == 503  # noqa: PT017 - not before the first evaluation
        time.sleep(0.1)
    raise AssertionError(url)


@pytest.mark.parametrize("user", [NONROOT, ANYBODY])
def test_it_judges_the_reference_cluster_without_rights_and_without_a_disk(
    image: Image, user: str
) -> None:
    with image.serving(user) as (process, address):
        ready = _get(f"{address}/-/ready")
        metrics = _get(f"{address}/metrics")
        page = _get(f"{address}/")
        manual = _get(f"{address}/docs/checks/node_present")
        os.killpg(process.pid, signal.SIGTERM)
        code = process.wait(timeout=30)

    subjects = r'check_subjects\{check="(\w+)".*verdict="unknown"\} (\S+)'
    unknown = {check for check, count in re.findall(subjects, metrics) if count != "0.0"}
    up = dict(re.findall(r'source_up\{source="(\w+)"\} (\S+)', metrics))
    assert ready == "Ready.\n"
    assert "<!doctype html>" in page[:100]
    assert "node_present" in manual
    assert unknown == UNTOLD
    assert {"terraform", "ansible", "argocd"} <= up.keys()
    assert set(up.values()) == {"1.0"}
    assert code == 0
