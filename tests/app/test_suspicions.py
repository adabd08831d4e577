"""What is valid and seldom meant: a warning, or wrong where one is strict."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.app.suspicions import read_validated, suspicions
from exporter.domain.errors import SettingsError
from exporter.settings.load import parse

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SOUND = {
    "repository": "repository",
    "declared": "{terraform: [{path: terraform}]}",
    "observed": "{snapshot: snapshot}",
}
SOON, FAR = "'2027-01-01T00:00:00Z'", "'2030-01-01T00:00:00Z'"
PAST = "'2026-01-01T00:00:00Z'"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "repository" / "terraform").mkdir(parents=True)
    (tmp_path / "repository" / "link").symlink_to("/etc")
    (tmp_path / "snapshot").mkdir()
    return tmp_path


def told(folder: Path, **given: str) -> list[str]:
    text = "".join(f"{key}: {value}\n" for key, value in {**SOUND, **given}.items())
    loaded = parse(text, name="conformance.yaml", folder=folder)
    return [f"{one.line}: {one.key}: {one.message}" for one in suspicions(loaded, at=NOW)]


def waiver(check: str, subject: str, expires: str) -> str:
    return f"[{{check: '{check}', subject: '{subject}', reason: r, owner: o, expires: {expires}}}]"


def test_sound_settings_are_not_suspicious(folder: Path) -> None:
    assert told(folder, waivers=waiver("node_ready", "api-*", FAR)) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"observed": "{}"}, "3: observed: names no cluster", id="no cluster"),
        pytest.param({"declared": "{}"}, "2: declared: names no source", id="no declaration"),
        pytest.param({"repository": "nope"}, "1: repository: ", id="no repository"),
        pytest.param(
            {"declared": "{terraform: [{path: nope}]}"},
            "2: declared.terraform[0].path: nothing in the repository",
            id="no such directory",
        ),
        pytest.param(
            {"declared": "{argocd: [terraform, nowhere]}"},
            "2: declared.argocd[1]: nothing in the repository",
            id="no such directory of Applications",
        ),
        pytest.param(
            {"declared": "{kustomize: ['k8s/overlays/*']}"},
            "2: declared.kustomize[0]: nothing in the repository",
            id="a pattern that matches nothing",
        ),
        pytest.param(
            {"declared": "{terraform: [{path: link}]}"},
            "2: declared.terraform[0].path: 'link' leads out of the repository",
            id="a link out of the repository",
        ),
        pytest.param(
            {"declared": "{ansible: {inventory: /etc/hosts}}"},
            "2: declared.ansible.inventory: '/etc/hosts' leads out of the repository",
            id="an absolute path elsewhere",
        ),
        pytest.param(
            {"observed": "{snapshot: snapshot, grafana: {url: 'http://g', token_file: /nope}}"},
            "3: observed.grafana.token_file: /nope is no file",
            id="no token",
        ),
        pytest.param(
            {"observed": "{kubernetes: {kubeconfig: nope}}"},
            "3: observed.kubernetes.kubeconfig: ",
            id="no kubeconfig",
        ),
        pytest.param({"observed": "{snapshot: nope}"}, "3: observed.snapshot: ", id="no snapshot"),
        pytest.param(
            {"memory": "nope/memory.json"}, "4: memory: ", id="no directory for the memory"
        ),
        pytest.param(
            {"waivers": waiver("*", "*", SOON)},
            "4: waivers[0]: accepts every failure of several checks",
            id="a waiver of everything",
        ),
        pytest.param(
            {"waivers": waiver("node_ready", "*", FAR)},
            "4: waivers[0].expires: is more than a year away",
            id="a wide waiver for years",
        ),
        pytest.param(
            {"waivers": waiver("node_ready", "a", PAST)},
            "4: waivers[0].expires: expired at 2026-01-01",
            id="a waiver that expired",
        ),
        pytest.param(
            {"checks": "{disabled: [node_ready]}", "waivers": waiver("node_ready", "a", SOON)},
            "5: waivers[0].check: names node_ready, which checks.disabled switches off",
            id="a waiver of nothing",
        ),
        pytest.param(
            {"maintenance": f"[{{nodes: [a], from: {PAST}, until: '2026-01-02T00:00:00Z'}}]"},
            "4: maintenance[0].until: the window ended",
            id="a window that is over",
        ),
        pytest.param(
            {"maintenance": f"[{{nodes: [a], from: {SOON}, until: {FAR}}}]"},
            "4: maintenance[0]: the window is longer than a month",
            id="a window without end",
        ),
        pytest.param({"watchdog": "30s"}, "4: watchdog: is hardly longer", id="an eager watchdog"),
        pytest.param(
            {"nodes": "{groups: [{name: a}, {name: a}]}"},
            "4: nodes.groups[1].name: a group of the name 'a' stands above",
            id="two groups of one name",
        ),
        pytest.param(
            {"nodes": "{names: {a: x, b: x}}"},
            "4: nodes.names.b: another declared node is called 'x'",
            id="two nodes of one name",
        ),
    ],
)
def test_what_is_seldom_meant_is_told_with_its_line_and_the_remedy(
    folder: Path, given: dict[str, str], message: str
) -> None:
    (found,) = told(folder, **given)

    assert found.startswith(message)


def test_a_waiver_of_everything_for_years_is_told_of_twice(folder: Path) -> None:
    found = told(folder, waivers=waiver("*", "*", FAR))

    assert [line.split(": ")[1] for line in found] == ["waivers[0]", "waivers[0].expires"]


def test_who_is_strict_refuses_what_is_suspicious(folder: Path) -> None:
    path = folder / "conformance.yaml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in SOUND.items()) + "watchdog: 1s\n")

    _, lines = read_validated(path, at=NOW, strict=False)
    with pytest.raises(SettingsError) as caught:
        read_validated(path, at=NOW, strict=True)

    assert lines == list(caught.value.problems)
    assert lines[0].startswith(f"{path}:4: watchdog: ")
