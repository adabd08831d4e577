"""Broken and hostile files are named with their line, and harm no other source."""

from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.app import declare_once
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Source
from exporter.domain.state import State
from exporter.domain.workloads import DeclaredWorkloads
from exporter.settings.load import load
from tests.e2e.reference import Reference

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def write(path: str, content: str | bytes) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    return change


def append(path: str, content: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        with (root / path).open("a") as file:
            file.write(content)

    return change


def link_out(root: Path) -> None:
    overlay = root / "k8s/overlays/scan/deployment-patch.yaml"
    overlay.unlink()
    overlay.symlink_to("/etc/hostname")


def cycle(root: Path) -> None:
    with (root / "k8s/base/kustomization.yaml").open("a") as file:
        file.write("components:\n  - ../overlays/scan\n")


@pytest.mark.parametrize(
    ("change", "source", "path", "line"),
    [
        pytest.param(
            write("terraform/broken.tf", "locals {\n  a = [\n}\n"),
            Source.TERRAFORM,
            "terraform/broken.tf",
            3,
            id="malformed HCL",
        ),
        pytest.param(
            write("terraform/large.tf", "# padding\n" * 5_000_000),
            Source.TERRAFORM,
            "terraform/large.tf",
            0,
            id="a file of 50 MB",
        ),
        pytest.param(
            write("ansible/playbooks/broken.yml", "- hosts: all\n  tasks: [\n"),
            Source.ANSIBLE,
            "ansible/playbooks/broken.yml",
            2,
            id="malformed YAML",
        ),
        pytest.param(
            write("ansible/playbooks/bytes.yml", b"- hosts: all\n  name: \xff\xfe\n"),
            Source.ANSIBLE,
            "ansible/playbooks/bytes.yml",
            2,
            id="undecodable bytes",
        ),
        pytest.param(
            write("argocd/applications/bomb.yaml", f"kind: Application\n{BOMB}"),
            Source.ARGOCD,
            "argocd/applications/bomb.yaml",
            None,
            id="a bomb of aliases",
        ),
        pytest.param(
            write("argocd/applications/broken.json", '{"kind": "Application",\n "metadata": '),
            Source.ARGOCD,
            "argocd/applications/broken.json",
            2,
            id="malformed JSON",
        ),
        pytest.param(cycle, Source.ARGOCD, "k8s/", None, id="a cycle of bases"),
        pytest.param(
            link_out,
            Source.ARGOCD,
            "k8s/overlays/scan/kustomization.yaml",
            21,
            id="a link out of the repository",
        ),
    ],
)
async def test_a_broken_file_is_named_and_harms_no_other_source(
    reference: Reference,
    declared: State,
    change: Callable[[Path], None],
    source: Source,
    path: str,
    line: int | None,
) -> None:
    change(reference.root / "repository")

    state = await declare_once(load(reference.settings))

    assert {one.place.source for one in state.failures} == {source}
    assert any(
        one.place.path.startswith(path) and (line is None or one.place.line == line)
        for one in state.failures
    ), state.failures
    up = {one.source for one in state.sources if one.up}
    assert up == {one.source for one in declared.sources} - {source}
    if source is not Source.ARGOCD:
        now, before = (one.facts.get(DeclaredWorkloads) for one in (state, declared))
        assert (now.workloads, now.autoscalers) == (before.workloads, before.autoscalers)
    else:
        nodes, good = (one.facts.get(DeclaredNodes) for one in (state, declared))
        assert (nodes.nodes, nodes.groups) == (good.nodes, good.groups)


async def test_a_state_of_another_version_is_refused(reference: Reference) -> None:
    write("terraform.tfstate", '{"version": 3, "modules": []}')(reference.root / "repository")
    reference.edit("conformance.yaml", "- path: terraform\n", "- path: terraform.tfstate\n")

    state = await declare_once(load(reference.settings))

    (failure,) = (one for one in state.failures if one.place.source is Source.TERRAFORM)
    assert failure.place.path == "terraform.tfstate"
    assert "3" in failure.message


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param("{{ 'a' * 9999999999 }}", id="a long text"),
        pytest.param("{{ range(10 ** 9) | list }}", id="a long list"),
        pytest.param(
            "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
            id="loops",
        ),
        pytest.param("{{ 9 ** 9 ** 9 }}", id="a large number"),
        pytest.param("{{ ''.__class__.__mro__ }}", id="a way out of the sandbox"),
    ],
)
async def test_a_template_bomb_is_unresolved(reference: Reference, bomb: str) -> None:
    task = f"""
- hosts: master
  tasks:
    - command: kubectl label node k8s-master bomb="{bomb}"
"""
    write("ansible/playbooks/bomb.yml", task)(reference.root / "repository")

    state = await declare_once(load(reference.settings))

    assert any(one.place.path == "ansible/playbooks/bomb.yml" for one in state.unresolved)
    assert "bomb" not in state.facts.get(DeclaredNodes).nodes["k8s-master"].labels
