"""One look at the simulated AWS and at a cluster in it, and what the checks find."""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from exporter.app.choices import decisions, enabled
from exporter.declared.declare import Declarations
from exporter.domain.cloud import CloudAttribute, DeclaredCloud, ObservedInstances
from exporter.domain.cloud_services import CloudQuestions
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding
from exporter.domain.gaps import Gap
from exporter.domain.nodes import ConditionStatus, ObservedNode, ObservedNodes
from exporter.domain.policy import AsOf, Policy
from exporter.foreign.clock import SYSTEM
from exporter.observed.cloud.clouds import cloud_poller
from exporter.observed.polling import Answer
from exporter.runtime.evaluate import evaluate
from exporter.settings.cloud import AwsSettings, CloudSettings
from exporter.settings.load import Loaded, load
from tests.cloud.moto import REGION

REPOSITORY = Path(__file__).parent / "fixtures" / "repository"
SETTINGS = """\
cluster: production
repository: repository
declared:
  terraform:
    - {path: terraform, node_name: instance_name}
observed:
  snapshot: nowhere
  cloud:
    aws: {region: ap-northeast-2}
"""
Turned: TypeAlias = set[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Settings, what the repository declares, and the nodes as they were when all was well."""

    loaded: Loaded
    declared: Facts
    nodes: ObservedNodes = field(default_factory=lambda: ObservedNodes({}))

    def find(self, answer: Answer, nodes: ObservedNodes | None = None) -> dict[str, Finding]:
        """Return what the checks of nodes and cloud find, by ``check subject``."""
        at = SYSTEM.now()
        source = self.loaded.settings.observed.cloud
        assert source is not None
        gaps = {
            kind: (Gap(failure.place.source, f"{failure.place.where} {failure.message}"),)
            for kind, failure in answer.gaps.items()
        }
        rules = {Policy: Policy(), AsOf: AsOf(at.wall), ObservedNodes: nodes or self.nodes}
        outcome = evaluate(
            [one for one in enabled(self.loaded.settings) if one.id.startswith(OF_MACHINES)],
            facts=self.declared.and_those(Facts(answer.facts, gaps)).and_those(Facts(rules)),
            decisions=decisions(self.loaded),
            sources=(),
            at=at.wall,
        )
        return {f"{one.check} {one.subject}": one for one in outcome.findings}

    def running_on(self, answer: Answer) -> "Cluster":
        """Return the cluster whose nodes are the instances of an *answer*, all Ready."""
        instances = answer.facts[ObservedInstances]
        assert isinstance(instances, ObservedInstances)
        nodes = {
            one.name: ObservedNode(
                name=one.name,
                labels={},
                ready=ConditionStatus.TRUE,
                provider_id=f"aws:///{one.values[CloudAttribute.ZONE][0]}/{one.id}",
                internal_ips=one.values[CloudAttribute.PRIVATE_IP],
            )
            for one in instances.resources.values()
            if one.state == "running"
        }
        return replace(self, nodes=ObservedNodes(nodes))

    def without(self, name: str) -> ObservedNodes:
        """Return the nodes with one of them not Ready."""
        lost = replace(self.nodes.nodes[name], ready=ConditionStatus.UNKNOWN)
        return ObservedNodes({**self.nodes.nodes, name: lost})

    @property
    def cloud(self) -> DeclaredCloud:
        """What is declared of the cloud."""
        return self.declared.get(DeclaredCloud)


OF_MACHINES = ("cloud_", "node_present", "node_ready", "node_instance")


def declared(folder: Path, *, settings: str = SETTINGS, state: str = "") -> Cluster:
    """Return the reference cluster as declared; a *state* stands before the directory."""
    repository = folder / "repository"
    if not repository.exists():
        shutil.copytree(REPOSITORY, repository)
    if state:
        (repository / "terraform.tfstate").write_text(state)
        settings = settings.replace("terraform:\n", "terraform:\n    - {path: terraform.tfstate}\n")
    (folder / "conformance.yaml").write_text(settings)
    loaded = load(folder / "conformance.yaml")
    state_read = asyncio.run(Declarations(loaded).read(at=SYSTEM.now()))
    assert not state_read.failures
    return Cluster(loaded, state_read.facts)


def look(url: str, questions: CloudQuestions | None = None, **settings: object) -> Answer:
    """Ask AWS at *url* everything once, with *questions* for the sake of what is declared."""
    given = AwsSettings(**{"region": REGION, "endpoint": url, "timeout": "5s", **settings})  # type: ignore[arg-type]  # each test gives what it is about
    asked = cloud_poller(CloudSettings(aws=given))
    assert asked is not None
    asked[1].want(questions or CloudQuestions())

    async def ask() -> Answer:
        try:
            return await asked[1].ask()
        finally:
            await asked[1].close()

    return asyncio.run(ask())


def turned(before: Mapping[str, Finding], after: Mapping[str, Finding]) -> Turned:
    """Return what has another verdict than before, as check, subject and verdict."""
    changed = {
        key: one
        for key, one in after.items()
        if key not in before or before[key].verdict is not one.verdict
    }
    gone = {
        (before[key].check, str(before[key].subject), "gone")
        for key in before.keys() - after.keys()
    }
    return {(one.check, str(one.subject), one.verdict.value) for one in changed.values()} | gone
