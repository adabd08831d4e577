"""A repository that would freeze or flood whoever reads it; the exporter goes on, and says where.

Each bomb froze the process, or took gigabytes, while it was evaluated where everything is served.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import below

SETTINGS = """
repository: {path: repository}
declared:
  limits: {time: 2s, memory: 64Mi}
  terraform: [{path: terraform, node_name: instance_name, tags: {Size: size}}]
  ansible: {inventory: hosts.yml, playbooks: [playbooks]}
  argocd: [apps]
observed: {snapshot: cluster.json}
interval: 1s
"""
GOOD = {
    "terraform/main.tf": 'module "a" {\n  source = "./m"\n  instance_name = "a"\n}\n',
    "terraform/m/main.tf": 'variable "instance_name" {}\nvariable "tags" { default = {} }\n',
    "hosts.yml": "k8s_cluster: {hosts: {a: {ansible_host: 10.0.0.1}}}\n",
    "playbooks/label.yml": "- hosts: k8s_cluster\n  tasks: []\n",
    "apps/set.yaml": (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\n"
        "metadata: {name: set, namespace: argocd}\n"
        "spec:\n  goTemplate: true\n  generators: [{list: {elements: [{name: a}]}}]\n"
        "  template:\n    metadata: {name: '{{.name}}'}\n"
        "    spec: {source: {repoURL: https://x/y, path: a}, destination: {name: in-cluster}}\n"
    ),
}
PATIENCE = 60
MEMORY = 150
"""MiB that the process may have at the most."""


def doubled(name: str, times: int) -> str:
    """Return variables of Ansible, each a list of the one before, eight times."""
    lists = (f'"{{{{ [{", ".join([f"{name}{at}"] * 8)}] }}}}"' for at in range(times))
    lines = (f"{name}{at}: {one}\n" for at, one in enumerate(lists, start=1))
    return f"{name}0: [1]\n{''.join(lines)}"


def tagged(value: str, *more: str) -> dict[str, str]:
    """Return a module whose tag is *value*, made of what lies beside it."""
    text = GOOD["terraform/main.tf"].replace("}\n", f"  tags = {{ Size = {value} }}\n}}\n")
    return {"terraform/main.tf": text + "\n".join(more)}


def named(template: str) -> dict[str, str]:
    """Return an ApplicationSet that names its Applications by *template*."""
    return {"apps/set.yaml": GOOD["apps/set.yaml"].replace("{{.name}}", template)}


SHARED = "locals {\n  a0 = []\n" + "".join(
    f"  a{at + 1} = [local.a{at}, local.a{at}]\n" for at in range(32)
)
LONG = 'locals {\n  x = join("", [for i in range(1000) : "%s"])\n' % ("x" * 800)
LETTERS, MANY = '{{$x := repeat 200000 "a"}}', "$x " * 4000
JINJA = {
    "group_vars/all.yml": doubled("a", 18) + doubled("b", 18),
    "playbooks/label.yml": (
        "- hosts: k8s_cluster\n  tasks:\n    - command: kubectl label node {{ inventory_hostname }}"
        " x={{ (a18 == b18) | string }}\n"
    ),
}
ENDLESS = {  # each of which costs less than a template may
    "playbooks/label.yml": "- hosts: k8s_cluster\n  tasks:\n"
    + "".join(
        f"    - command: kubectl label node {{{{ inventory_hostname }}}} x{at}="
        "{% for i in range(9000) %}{{ ('x' * 100) | upper | length }}{% endfor %}\n"
        for at in range(1500)
    )
}
BOMBS = {
    "jinja compares lists that share their parts": JINJA,
    "terraform flattens lists that share their parts": tagged(
        "length(flatten(local.a32))", SHARED, "}"
    ),
    "terraform formats long texts": tagged(
        f'length(format("{"%s" * 1000}", {", ".join(["local.x"] * 1000)}))', LONG, "}"
    ),
    "terraform encodes long texts": tagged(
        f"length(jsonencode([{', '.join(['local.x'] * 2000)}]))", LONG, "}"
    ),
    "a Go template quotes long texts": named(f"{LETTERS}{{{{len (quote {MANY})}}}}"),
    "a Go template prints long texts": named(
        f'{LETTERS}{{{{len (printf "{"%s" * 4000}" {MANY})}}}}'
    ),
    "a Go template encodes long texts": named(f"{LETTERS}{{{{len (toJson (list {MANY}))}}}}"),
}


def lay(folder: Path, files: dict[str, str]) -> None:
    """Write the files of a commit."""
    for name, text in files.items():
        path = folder / "repository" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class Serving:
    """The exporter as a process of its own, which serves what *folder* declares."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "exporter", "serve"),
                    *("--config.file", str(folder / "conformance.yaml")),
                    *("--web.listen-address", "127.0.0.1:0"),
                ],
                stdout=log,
                stderr=log,
            )

    def ask(self, path: str) -> str:
        """Return an answer, which must not take long."""
        found = re.search(r"(http://[\d.]+:\d+)", self.log.read_text())
        assert found
        with urllib.request.urlopen(found[1] + path, timeout=5) as answer:
            return str(answer.read().decode())

    def until_ready(self) -> None:
        """Wait for the first evaluation."""
        for _ in range(10 * PATIENCE):
            assert self.process.poll() is None, self.log.read_text()
            if "listening on" in self.log.read_text():
                with contextlib.suppress(urllib.error.HTTPError):
                    self.ask("/-/ready")
                    return
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something; meanwhile the process is alive, and answers."""
        for _ in range(10 * PATIENCE):
            assert self.ask("/-/healthy") == "Healthy.\n"
            if holds():
                return
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def until_read(self) -> None:
        """Wait until what was laid last was read, or given up."""
        before = self.evaluations()
        self.until(lambda: self.evaluations() >= before + 3)

    def evaluations(self) -> float:
        """Return how many there were."""
        return self.metric("cluster_conformance_evaluations_total")

    def up(self, source: str) -> bool:
        """Tell whether a source could be read."""
        return self.metric(f'cluster_conformance_source_up{{source="{source}"}}') == 1

    def metric(self, series: str) -> float:
        """Return the value of a series."""
        found = re.search(rf"^{re.escape(series)} (\S+)$", self.ask("/metrics"), re.MULTILINE)
        return float(found[1]) if found else -1

    def declared(self) -> Any:
        """Return the declaration."""
        return json.loads(self.ask("/api/v1/declared?limit=500"))

    def memory(self) -> float:
        """Return the MiB that the process had at the most, not those of its children."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024

    def children(self) -> list[int]:
        """Return the processes that it has started, and they."""
        return sorted(below(self.process.pid))


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    (tmp_path / "conformance.yaml").write_text(SETTINGS)
    (tmp_path / "cluster.json").write_text('{"kind": "NodeList", "apiVersion": "v1", "items": []}')
    lay(tmp_path, GOOD)
    serving = Serving(tmp_path)
    try:
        serving.until_ready()
        yield serving
    finally:
        serving.process.kill()
        serving.process.wait()


@pytest.mark.parametrize("files", BOMBS.values(), ids=BOMBS)
def test_it_goes_on_and_reads_the_next_good_commit(
    serving: Serving, tmp_path: Path, files: dict[str, str]
) -> None:
    lay(tmp_path, files)
    serving.until_read()
    assert serving.up("terraform") or serving.up("ansible")
    assert serving.memory() < MEMORY

    lay(tmp_path, GOOD)

    serving.until(lambda: all(map(serving.up, ("terraform", "ansible", "argocd"))))
    assert 'object_name="a"' in serving.ask("/metrics")


def test_what_never_ends_is_a_failure_of_its_file_and_of_no_other_source(
    serving: Serving, tmp_path: Path
) -> None:
    lay(tmp_path, ENDLESS)

    serving.until(lambda: not serving.up("ansible"))

    assert (serving.up("terraform"), serving.up("argocd")) == (True, True)
    page = serving.ask("/").replace("<wbr>", "")
    assert "Ansible: playbooks/label.yml:" in page
    assert re.search("took longer than (2|10) s to be read", page)


def test_what_could_last_be_read_stands_in(serving: Serving, tmp_path: Path) -> None:
    lay(tmp_path, ENDLESS)

    serving.until(lambda: not serving.up("ansible"))

    (node,) = serving.declared()["nodes"]
    assert node["group"] == "k8s_cluster"


def test_it_ends_when_it_is_told_to_whatever_is_being_read(
    serving: Serving, tmp_path: Path
) -> None:
    text = (tmp_path / "conformance.yaml").read_text()
    (tmp_path / "conformance.yaml").write_text(text.replace("time: 2s", "time: 10m"))
    lay(tmp_path, ENDLESS)
    idle = len(serving.children())
    serving.until(lambda: len(serving.children()) > idle)
    children = serving.children()

    serving.process.send_signal(signal.SIGTERM)

    assert serving.process.wait(timeout=15) == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_a_worker_that_is_killed_is_a_failure_until_the_next_one(
    serving: Serving, tmp_path: Path
) -> None:
    (template,) = serving.children()
    lay(tmp_path, ENDLESS)
    serving.until(lambda: len(serving.children()) > 1)
    time.sleep(0.5)

    for pid in serving.children():
        if pid != template:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    serving.until(lambda: not serving.up("ansible"))
    lay(tmp_path, GOOD)
    serving.until(lambda: serving.up("ansible"))


def test_without_its_template_it_ends_with_the_reason(serving: Serving) -> None:
    (template,) = serving.children()

    os.kill(template, signal.SIGKILL)

    assert serving.process.wait(timeout=15) == 1
    assert "the task template of workers ended" in serving.log.read_text()
