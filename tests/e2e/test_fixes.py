"""Each fix that the page proposes is applied to a copy, by kubectl and git: the finding passes."""

import asyncio
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from exporter.app.conformance import check_once
from exporter.app.views import Seen
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Verdict
from exporter.report.status.board import Board
from exporter.report.status.entry_view import view
from exporter.report.status.fixes import Fix, FixKind, fixes
from exporter.settings.load import load
from tests.apiserver.demo import EXAMPLE, write_settings
from tests.apiserver.server import ApiServer
from tests.programs import missing
from tests.report.status.boards import ENGLISH

DOCUMENTED = re.compile(r"(\d+) of the (\d+) failures")
DOCS = Path(__file__).parents[2] / "docs" / "api.md"
UNCORDON = ("kubectl", "uncordon")
SCALE = "scale"


@dataclass
class Copy:
    """The reference cluster and its repository, both to be changed."""

    api: ApiServer
    settings: Path
    kubectl: str

    async def evaluate(self) -> tuple[Evaluation, Board]:
        loaded = load(self.settings)
        outcome = await check_once(loaded, at=None)
        return outcome, Seen(outcome, loaded).board()

    async def apply(self, fix: Fix) -> None:
        if fix.kind is FixKind.PATCH:
            _, *words = shlex.split(fix.text.splitlines()[0])
            await self._run(*words, stdin=fix.text, cwd=self.settings.parent / "repository")
            return
        for line in fix.text.splitlines():
            await self._command(shlex.split(line))

    async def _command(self, words: list[str]) -> None:
        """Let kubectl work out what becomes of an object, as the server here cannot patch."""
        assert words[0] == "kubectl"
        asked = (*words[1:], "--dry-run=client")
        where = ("--server", self.api.url, "--kubeconfig", "/dev/null")
        if tuple(words[:2]) == UNCORDON:
            assert "uncordoned" in await self._run(self.kubectl, *where, *asked)
            self.api.change("nodes", words[2], edit=uncordoned)
            return
        content = json.loads(await self._run(self.kubectl, *where, *asked, "-o", "json"))
        if SCALE in words:  # it tells the object as it was
            (number,) = (one for one in words if one.startswith("--replicas="))
            content["spec"]["replicas"] = int(number.partition("=")[2])
        content["metadata"].pop("resourceVersion", None)
        self.api.put(content)

    async def _run(self, *words: str, stdin: str = "", cwd: Path | None = None) -> str:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=cwd,
        )
        out, error = await process.communicate(stdin.encode())
        assert process.returncode == 0, (words, error.decode())
        return out.decode()


def uncordoned(node: dict[str, Any]) -> None:
    node["spec"].pop("unschedulable")
    kept = [one for one in node["spec"]["taints"] if "unschedulable" not in one["key"]]
    node["spec"]["taints"] = kept


def cordoned(node: dict[str, Any]) -> None:
    at = datetime.now(UTC) - timedelta(hours=5)
    taint = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
    node["spec"]["unschedulable"] = True
    node["spec"].setdefault("taints", []).append({**taint, "timeAdded": f"{at:%Y-%m-%dT%H:%M:%SZ}"})


def damage(api: ApiServer) -> None:
    """Let somebody change what each command is for."""

    def container(deployment: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = deployment["spec"]["template"]["spec"]["containers"][0]
        return found

    tainted = sorted(
        one["metadata"]["name"]
        for one in api.objects("nodes")
        if one["spec"].get("taints") and "api" not in one["metadata"]["name"]
    )
    dedicated = [name for name in tainted if "master" not in name]
    api.change("nodes", dedicated[0], edit=lambda one: one["spec"].pop("taints"))
    api.change("nodes", dedicated[1], edit=lambda one: one["spec"]["taints"][0].update(value="x"))
    api.change(
        "nodes", "k8s-worker-storage", edit=lambda one: one["metadata"]["labels"].pop("domain")
    )
    api.change("nodes", "k8s-worker-ai", edit=cordoned)
    api.change("deployments", "scan-api", "api", edit=lambda one: one["spec"].update(replicas=7))
    api.change(
        "deployments", "auth-api", "api", edit=lambda one: container(one).update(image="x:1")
    )
    api.change(
        "applications",
        "ecoeco-api-my",
        "argocd",
        edit=lambda one: one["spec"]["syncPolicy"]["automated"].update(selfHeal=False),
    )
    api.change(
        "services", "my-api", "api", edit=lambda one: one["spec"]["selector"].update(domain="x")
    )


def with_own_code(settings: Path) -> Path:
    """Let the settings' repository be a copy that may change."""
    repository = settings.parent / "repository"
    repository.unlink()
    shutil.copytree(EXAMPLE / "repository", repository)
    return settings


def failing(outcome: Evaluation) -> Iterator[Finding]:
    return (one for one in outcome.findings if one.verdict is Verdict.FAIL)


async def test_every_proposed_fix_lets_its_findings_pass(tmp_path: Path, kustomize: str) -> None:
    kubectl = kustomize if Path(kustomize).name == "kubectl" else shutil.which("kubectl")
    if kubectl is None:
        missing("kubectl is missing")
    async with ApiServer() as api:
        api.load_snapshot(EXAMPLE / "snapshot")
        settings = with_own_code(write_settings(tmp_path, url=api.url))
        damage(api)
        copy = Copy(api, settings, kubectl)
        before, board = await copy.evaluate()
        proposed = {one.anchor: (one, fixes(one, board, ENGLISH)) for one in board.to_settle}

        for _, some in proposed.values():
            for fix in some:
                await copy.apply(fix)

        after, _ = await copy.evaluate()
    settled = [row.finding for entry, some in proposed.values() if some for row in entry.members]
    verdicts = {(one.check, one.subject): one.verdict for one in after.findings}
    assert {one.check for one in settled} >= COVERED
    left = [one for one in settled if verdicts[one.check, one.subject] is not Verdict.PASS]
    assert [(one.check, one.subject.name) for one in left] == []
    assert not [
        one for one in failing(after) if one.check not in {f.check for f in failing(before)}
    ]


COVERED = {
    "application_automated",
    "declaration_conflict",
    "node_labels",
    "node_maintenance",
    "node_taints",
    "object_spec",
    "workload_replicas",
    "workload_spec",
}
"""The checks whose failures have fixes."""


async def test_the_share_of_findings_with_a_fix_is_the_one_that_is_told(
    tmp_path: Path, kustomize: str
) -> None:
    assert kustomize
    async with ApiServer() as api:
        api.load_snapshot(EXAMPLE / "snapshot")
        settings = write_settings(tmp_path, url=api.url)
        outcome, board = await Copy(api, settings, kustomize).evaluate()

    with_one = sum(len(one.members) for one in board.to_settle if fixes(one, board, ENGLISH))
    told = DOCUMENTED.search(DOCS.read_text())
    assert told is not None
    assert (with_one, len(list(failing(outcome)))) == (int(told[1]), int(told[2]))
    assert all(view(one, board, ENGLISH).waiver for one in board.to_settle)
