import re
import shutil
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FILES = [
    pytest.param(ROOT / "requirements" / name, id=name.removesuffix(".txt"))
    for name in ("run.txt", "test.txt")
]
LOCKS = [pytest.param(path, id=path.stem) for path in sorted((ROOT / "requirements").glob("*.txt"))]
PIN = re.compile(r"([a-z0-9.-]+)(?:\[([a-z0-9,-]+)\])?==([^ ]+)(?: ; .*)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for match in map(PIN.fullmatch, path.read_text().splitlines()):
        if match:
            found.setdefault(match[1], set()).add(match[3])
    return found


def asked_for(name: str) -> list[Requirement]:
    """Return what an installed package asks for, with none of its own extras."""
    try:
        asked = map(Requirement, requires(name) or ())
    except PackageNotFoundError:  # it is for another system, or another Python
        return []
    return [one for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})]


@pytest.mark.parametrize("path", LOCKS)
def test_requirements_are_pins_with_hashes_and_nothing_else(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]

    others = [line for line in lines if not PIN.fullmatch(line) and not HASH.fullmatch(line)]

    assert others == []


@pytest.mark.parametrize("path", FILES)
def test_every_dependency_of_the_project_is_pinned(path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["ansible"]

    names = {re.split(r"[<>=~!]", one)[0].lower().replace("_", "-") for one in wanted}

    assert names <= pins(path).keys()


def test_what_is_asked_for_with_an_extra_is_pinned_with_it() -> None:
    text = (ROOT / "requirements" / "test.txt").read_text()
    pinned = {
        one[1]: (one[2] or "").split(",") for one in map(PIN.fullmatch, text.split("\n")) if one
    }

    asked = {
        (canonicalize_name(one.name), extra)
        for name in pinned
        for one in asked_for(name)
        for extra in one.extras
    }

    # Else pip takes the newest release for what was asked for, whose hash is none of ours.
    assert ("coverage", "toml") in asked
    assert [one for one in sorted(asked) if one[1] not in pinned[one[0]]] == []


def test_what_is_tested_is_what_runs() -> None:
    run, test = (pins(ROOT / "requirements" / name) for name in ("run.txt", "test.txt"))

    assert {name: test.get(name) for name in run} == run


def test_no_dependency_comes_from_an_address() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = (
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
        project["build-system"]["requires"],
    )
    asked = "".join(path.read_text() for path in (ROOT / "requirements").glob("*.in"))

    names = [*(one for group in groups for one in group), *asked.splitlines()]

    assert [one for one in names if "://" in one or "@" in one or one.startswith("-")] == []


def test_every_rule_on_security_that_is_off_says_why() -> None:
    settings = (ROOT / "pyproject.toml").read_text().splitlines()
    code = [
        line
        for path in sorted(ROOT.glob("[edt]*/**/*.py"))
        if ".venv" not in path.parts
        for line in path.read_text().splitlines()
    ]

    off = [one for one in settings if re.match(r'\s*"S\d*",?', one)]
    noted = [one for one in code if re.search(r"# noqa: [^#]*\bS\d{3}", one)]

    assert len(off) >= 5
    assert len(noted) >= 5
    assert [one for one in off if not re.search(r"# \w.{5,}", one)] == []
    assert [one for one in noted if not re.search(r"# noqa: [A-Z0-9, ]+ - \w", one)] == []


def test_an_audit_that_cannot_ask_says_so(tmp_path: Path) -> None:
    stand_in = tmp_path / ".cache" / "audit" / "bin" / "pip-audit"
    stand_in.parent.mkdir(parents=True)
    stand_in.write_text("#!/bin/sh\necho 'not found, and could not be audited'\nexit 1\n")
    stand_in.chmod(0o755)
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "audit", tmp_path / "tools")

    done = subprocess.run(
        [tmp_path / "tools" / "audit", "run.txt"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "run.txt was not audited" in done.stderr


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 0", 0), ("echo Found 1 known vulnerability in 1 package; exit 1", 1)],
)
def test_an_audit_tells_what_is_known(tmp_path: Path, script: str, code: int) -> None:
    stand_in = tmp_path / ".cache" / "audit" / "bin" / "pip-audit"
    stand_in.parent.mkdir(parents=True)
    stand_in.write_text(f"#!/bin/sh\n{script}\n")
    stand_in.chmod(0o755)
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "audit", tmp_path / "tools")

    done = subprocess.run([tmp_path / "tools" / "audit", "a.txt", "b.txt"], check=False)

    assert done.returncode == code
