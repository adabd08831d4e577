"""Before a merge: what the code says by itself, and what a change would do to the cluster."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from click.testing import CliRunner, Result

from exporter.cli import cli
from tests.apiserver.rbac import allow
from tests.apiserver.server import ApiServer
from tests.platforms.test_platforms import CLUSTERS, lay

MAIN = 'resource "aws_instance" "{0}" {{\n  tags = {{ Name = "{0}" }}\n}}\n'
SETTINGS = "repository: {path: .}\ndeclared: {terraform: [{path: terraform}]}\n"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with two nodes, of which the cluster has one, and a third that nobody names."""
    folder = tmp_path / "project"
    lay(folder, "talos", CLUSTERS["talos"])
    dump = (folder / "dump").rename(tmp_path / "dump")
    assert dump.is_dir()
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / "terraform").mkdir()
    (folder / "terraform" / "main.tf").write_text(MAIN.format("cp-1") + MAIN.format("lost"))
    (folder / "conformance.yaml").write_text(SETTINGS)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    return folder


def run(project: Path, *arguments: str) -> Result:
    settings = ("-c", str(project / "conformance.yaml"))
    return CliRunner().invoke(cli, [*arguments, *settings], catch_exceptions=False)


def change(project: Path, *names: str) -> None:
    text = "".join(MAIN.format(name) for name in names)
    (project / "terraform" / "main.tf").write_text(text)


def against(project: Path, form: str) -> Result:
    dump = str(project.parent / "dump")
    return run(project, "check", "--base", "HEAD", "--against", dump, "--format", form)


def test_a_change_tells_what_it_adds_and_resolves(project: Path) -> None:
    change(project, "cp-1", "api-1", "absent")

    done = against(project, "json")

    found = json.loads(done.stdout)
    added = {
        (one["check"], one["subject"][2]) for one in found["added"] if one["verdict"] == "fail"
    }
    resolved = {(one["check"], one["subject"][2]) for one in found["resolved"]}
    assert added == {("node_present", "absent"), ("node_taints", "api-1")}
    assert resolved >= {("node_present", "lost"), ("node_unexpected", "api-1")}
    assert done.exit_code == 1


def test_a_change_that_adds_nothing_passes_though_the_cluster_does_not_conform(
    project: Path,
) -> None:
    (project / "README.md").write_text("words")

    done = against(project, "json")

    found = json.loads(done.stdout)
    assert (done.exit_code, found["added"], found["resolved"]) == (0, [], [])
    assert found["same"] > 0


@pytest.mark.parametrize("form", ["table", "markdown", "sarif", "junit"])
def test_every_format_names_what_is_added_and_no_more(project: Path, form: str) -> None:
    change(project, "cp-1", "lost", "absent")

    said = against(project, form).stdout

    assert "absent" in said
    assert "lost" not in said
    if form == "sarif":
        places = [one["locations"] for one in json.loads(said)["runs"][0]["results"]]
        assert "terraform/main.tf" in json.dumps(places)
    if form == "junit":
        assert int(fromstring(said).attrib["failures"]) == 1  # noqa: S314 - our own


def test_the_settings_of_the_base_judge_the_base(project: Path) -> None:
    (project / "other").mkdir()
    (project / "terraform" / "main.tf").rename(project / "other" / "main.tf")
    (project / "conformance.yaml").write_text(SETTINGS.replace("path: terraform", "path: other"))

    found = json.loads(against(project, "json").stdout)

    assert (found["added"], found["resolved"]) == ([], [])


def test_a_revision_that_is_not_there_is_named_with_what_to_do(project: Path) -> None:
    dump = str(project.parent / "dump")

    done = run(project, "check", "--base", "nowhere", "--against", dump)

    assert done.exit_code == 2
    assert "nowhere: Git knows no such revision here" in done.stderr
    assert "fetch-depth: 0" in done.stderr


@pytest.mark.parametrize("revision", ["--output=x", "HEAD^{tree}", "HEAD:terraform"])
def test_a_revision_is_a_commit_and_no_option(project: Path, revision: str) -> None:
    dump = str(project.parent / "dump")

    done = run(project, "check", f"--base={revision}", "--against", dump)

    assert done.exit_code == 2
    assert "Git knows no such revision here" in done.stderr


def test_hooks_and_filters_of_the_repository_have_no_part(project: Path) -> None:
    marker = project.parent / "ran"
    hook = project / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
    hook.chmod(0o755)

    done = against(project, "json")

    assert done.exit_code == 0
    assert not marker.exists()


def test_what_would_be_observed_need_not_be_said(project: Path) -> None:
    done = run(project, "check", "--declared-only")

    assert done.stdout.startswith("Of the code alone, as no cluster was looked at: Nothing")
    assert "Conforms" not in done.stdout
    assert done.exit_code == 0


def test_the_code_alone_is_judged(project: Path) -> None:
    (project / "terraform" / "main.tf").write_text("resource {\n")

    done = run(project, "check", "--declared-only", "--format", "json")

    findings = json.loads(done.stdout)["findings"]
    failing = {one["check"] for one in findings if one["verdict"] == "fail"}
    assert (done.exit_code, failing) == (1, {"declaration_readable"})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("--against", "x"), "--against needs --base", id="nothing to compare with"),
        pytest.param(("--declared-only", "--base", "x"), "leave out --base", id="no cluster"),
    ],
)
def test_options_that_contradict_are_refused(
    project: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run(project, "check", *arguments)

    assert (done.exit_code, said in done.stderr) == (2, True)


def test_two_printed_evaluations_are_compared(project: Path, tmp_path: Path) -> None:
    settings = project / "conformance.yaml"
    settings.write_text(f"{SETTINGS}observed: {{snapshot: {tmp_path}/dump}}\n")
    printed = []
    for number, names in enumerate((("cp-1", "lost"), ("cp-1", "absent"))):
        change(project, *names)
        printed.append(tmp_path / f"{number}.json")
        run(project, "check", "--format", "json", "-o", str(printed[-1]))

    done = run(project, "diff", *map(str, printed), "--format", "json")

    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert ["node_present", "absent"] in [
        [one["check"], one["subject"][2]] for one in found["added"]
    ]


def test_a_subject_is_explained_with_every_check_of_it(project: Path, tmp_path: Path) -> None:
    settings = project / "conformance.yaml"
    settings.write_text(f"{SETTINGS}observed: {{snapshot: {tmp_path}/dump}}\n")

    there = run(project, "explain", "node/cp-1").stdout
    lost = run(project, "explain", "no/lost").stdout
    none = run(project, "explain", "node/cp-2")

    assert "terraform/main.tf:1" in there
    assert "v1.31.4" in there
    assert "node_ready" in there
    assert "Nothing of it was observed." in lost
    assert "follows from node_present of Node lost" in lost
    assert none.exit_code == 2
    assert "did you mean" in none.stderr


async def test_an_address_is_asked_once_with_the_token_of_the_file(
    project: Path, tmp_path: Path
) -> None:
    change(project, "cp-1", "lost", "absent")
    token = tmp_path / "token"
    token.write_text("t0ken")
    async with ApiServer() as api:
        api.load_snapshot(tmp_path / "dump")
        api.access.grant("ci", [allow("get list watch", "*", group="*")], bearer="t0ken")
        given = ("--against", api.url, "--token-file", str(token), "--format", "json")
        done = await asyncio.to_thread(run, project, "check", "--base", "HEAD", *given)
        asked = [one.resource for one in api.log if one.verb == "list"]

    assert done.stderr == ""
    added = [one["subject"][2] for one in json.loads(done.stdout)["added"]]
    assert (done.exit_code, "absent" in added) == (1, True)
    assert asked.count("nodes") == 1
