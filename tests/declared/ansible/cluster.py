"""A small repository and the cluster that it declares, judged as a whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from exporter.app import check_once
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Verdict
from exporter.settings.load import load

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SETTINGS = """\
repository: {path: repo, url: https://git.example.org/infra.git, revision: %s, reference: main}
declared:
%s  ansible: {inventory: inventory, playbooks: [play]}
observed: {snapshot: dump}
"""
TERRAFORM = "  terraform: [{path: tf}]\n"

Key = tuple[str, str]
"""Check and name of the subject."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the cluster as it runs."""

    labels: Mapping[str, str]
    taints: tuple[str, ...] = ()
    version: str = "v1.30.1"
    address: str = "10.0.0.9"

    def manifest(self, name: str) -> dict[str, Any]:
        """Return it as the API server shows it."""
        taints = []
        for text in self.taints:
            pair, _, effect = text.rpartition(":")
            key, _, value = pair.partition("=")
            taints.append({"key": key, "value": value, "effect": effect})
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "uid": name, "labels": dict(self.labels)},
            "spec": {"taints": taints},
            "status": {
                "conditions": [{"type": "Ready", "status": "True"}],
                "addresses": [{"type": "InternalIP", "address": self.address}],
                "nodeInfo": {"kubeletVersion": self.version},
            },
        }


class Outcome:
    """What was found, by check and subject."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.findings = {
            (finding.check, finding.subject.name): finding for finding in evaluation.findings
        }

    def verdicts(self, kind: str = "Node") -> dict[Key, Verdict]:
        """Return the verdicts about one kind of subject."""
        return {
            key: finding.verdict
            for key, finding in self.findings.items()
            if finding.subject.kind == kind
        }

    @property
    def failing(self) -> set[Key]:
        """All failures about nodes."""
        return {key for key, verdict in self.verdicts().items() if verdict is Verdict.FAIL}

    @property
    def passing(self) -> set[Key]:
        """All passes about nodes."""
        return {key for key, verdict in self.verdicts().items() if verdict is Verdict.PASS}

    def names(self, path: str) -> list[Finding]:
        """Return the findings that name a file."""
        return [
            finding
            for finding in self.evaluation.findings
            if path in finding.subject.name or path in finding.detail
        ]

    @property
    def coverage(self) -> dict[str, float]:
        """How much of each layer could be judged."""
        layers = self.evaluation.layers
        return {
            name: layer.coverage for name, layer in layers.items() if layer.coverage is not None
        }


@dataclass(frozen=True, slots=True)
class Cluster:
    """A folder with a repository, a dump of the cluster and the settings."""

    root: Path

    def write(self, files: Mapping[str, str], nodes: Mapping[str, Node]) -> None:
        """Write the repository, and the nodes of the cluster."""
        for name, text in files.items():
            path = self.file(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.file(".").mkdir(parents=True, exist_ok=True)
        dump = self.root / "dump"
        dump.mkdir(exist_ok=True)
        objects = [node.manifest(name) for name, node in nodes.items()]
        for kind in ("nodes", "pods", "deployments", "daemonsets", "statefulsets"):
            items = objects if kind == "nodes" else []
            (dump / f"{kind}.json").write_text(
                json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
            )
        terraform = TERRAFORM if any(file.startswith("tf/") for file in files) else ""
        (self.root / "conformance.yaml").write_text(SETTINGS % ("a" * 40, terraform))

    def file(self, name: str) -> Path:
        """Return the path of a file of the repository."""
        return self.root / "repo" / name

    async def judge(self) -> Outcome:
        """Read and judge it all."""
        return Outcome(await check_once(load(self.root / "conformance.yaml"), at=NOW))
