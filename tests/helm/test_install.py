"""The README's and docs/install.md's commands and values are followed as a new user would."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from exporter.checks import ALL
from exporter.domain.finding import Layer
from exporter.settings.load import parse
from tests.e2e.test_reference_cluster import DISCREPANCIES
from tests.helm.granted import installed
from tests.helm.rendered import CHART, OLD, ROOT, Rendered, render
from tests.helm.schemas import problem

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = (ROOT / "docs" / "install.md").read_text()
SECTION = (ROOT / "README.md").read_text().partition("\n## Install\n")[2].partition("\n## ")[0]
FILE = "conformance-values.yaml"


class Block(NamedTuple):
    """A fenced block."""

    language: str
    text: str


def blocks(text: str, language: str) -> list[str]:
    """Return the blocks of a language."""
    found = (Block(*match) for match in FENCE.findall(text))
    return [one.text for one in found if one.language == language]


def commands(text: str) -> list[list[str]]:
    """Return the commands of a page, in order, as words."""
    return [shlex.split(line) for block in blocks(text, "sh") for line in block.splitlines()]


(VALUES,) = blocks(SECTION, "yaml")
PIECES = blocks(PAGE, "yaml")


def follow(words: list[str], rendered: Rendered) -> None:
    """Do what can be done of a command without a cluster, and check the rest."""
    program, *rest = words
    steps: dict[str, Callable[[list[str], Rendered], None]] = {
        "docker": _docker,
        "helm": _helm,
        "kubectl": _kubectl,
    }
    steps[program](rest, rendered)


def _docker(words: list[str], rendered: Rendered) -> None:
    match words:
        case ["build", "--tag", image, "."] | ["push", image]:
            assert image == rendered.exporter["image"]
        case _:
            pytest.fail(f"docker {words}: nobody has followed that")


def _helm(words: list[str], rendered: Rendered) -> None:
    options = dict(zip(words, [*words[1:], ""], strict=True))
    deployment = rendered.one("Deployment")["metadata"]
    assert options["--namespace"] == deployment["namespace"]
    match words:
        case ["upgrade", "--install", "conformance", chart, *_]:
            assert ROOT / chart == CHART
            assert options["--values"] == FILE
        case ["uninstall", "conformance", *_]:
            pass
        case _:
            pytest.fail(f"helm {words}: nobody has followed that")


def _kubectl(words: list[str], rendered: Rendered) -> None:
    deployment = rendered.one("Deployment")["metadata"]
    name = f"deployment/{deployment['name']}"
    assert words[:2] == ["-n", deployment["namespace"]]
    match words[2:]:
        case ["rollout", "status", found]:
            assert found == name
        case ["exec", found, "-c", "exporter", "--", "cluster-conformance", *arguments]:
            assert found == name
            assert knows(*arguments)
        case ["port-forward", found, port]:
            assert found == name
            assert int(port) in {one["containerPort"] for one in rendered.exporter["ports"]}
        case ["create", "secret", "generic", secret, *files]:
            keys = {one.split("=")[1] for one in files}
            assert keys == named_keys()[secret]
        case _:
            pytest.fail(f"kubectl {words}: nobody has followed that")


def knows(*arguments: str) -> bool:
    """Tell whether the exporter knows a command."""
    command = [sys.executable, "-m", "exporter", *arguments, "--help"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def piece(text: str) -> Rendered:
    """Render the README's values with a piece of docs/install.md."""
    return render(VALUES, text, kube=OLD)


def whole() -> Rendered:
    """Render the README's values."""
    return render(VALUES, kube=OLD)


def secrets(rendered: Rendered) -> dict[str, set[str]]:
    """Return the keys that the pods expect of Secrets, where they name them."""
    volumes = [volume["secret"] for volume in rendered.pod["volumes"] if "secret" in volume]
    return {
        one["secretName"]: {item["key"] for item in one.get("items", ())} or {"web-config.yml"}
        for one in volumes
    }


def named_keys() -> dict[str, set[str]]:
    """Return the keys of all Secrets that the pieces of the page name."""
    return {name: keys for text in PIECES for name, keys in secrets(piece(text)).items()}


@pytest.mark.parametrize("words", commands(SECTION), ids=" ".join)
def test_the_readme_can_be_followed_command_by_command(words: list[str]) -> None:
    follow(words, whole())


@pytest.mark.parametrize("words", commands(PAGE), ids=" ".join)
def test_the_page_can_be_followed_command_by_command(words: list[str]) -> None:
    follow(words, whole())


@pytest.mark.parametrize(
    "text", ["{}", *PIECES], ids=[str(number) for number in range(len(PIECES) + 1)]
)
def test_the_values_that_are_shown_are_taken(text: str) -> None:
    rendered = piece(text)

    parse(rendered.settings, name="conformance.yaml", folder=Path("/etc"))  # raises otherwise
    assert [one for one in rendered.objects if problem(one, version="1.28")] == []


def test_every_piece_of_values_changes_something() -> None:
    same = [text for text in PIECES if piece(text).texts == whole().texts]

    assert same == [one for one in PIECES if one.startswith("declaredOrder")]


def test_notes_have_nothing_to_add_to_the_readme() -> None:
    for warning in ("NOTHING", "lead nowhere", "kubePrometheusStack", "No roles"):
        assert warning not in whole().notes


@pytest.mark.usefixtures("kustomize")
async def test_who_follows_the_readme_sees_the_reference_cluster_judged(tmp_path: Path) -> None:
    async with installed(whole(), tmp_path) as chart:
        judged = await chart.check()

    stack = {check.id for check in ALL if check.layer is Layer.OBSERVABILITY}  # no answer here
    assert {check for check, _ in judged.having("unknown")} - stack == {
        "declaration_compared",
        "secret_references",  # of pods that the owners know do not run
    }
    named = {one for one in DISCREPANCIES if one[0] == "node_taints"}
    assert judged.having("fail") > named
    assert ("declaration_conflict", "k8s-worker-ai") in judged.having("fail")


def test_pages_link_to_what_exists() -> None:
    pages = (CHART / "README.md", ROOT / "docs" / "install.md")
    for page in (*pages, ROOT / "docs" / "decisions" / "0011-the-chart.md"):
        links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        assert [one for one in links if not (page.parent / one).exists()] == []
