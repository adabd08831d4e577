"""One object of the cluster tells of itself, and of no other: the reference cluster."""

import asyncio
import json
import zlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from exporter.app import declare_once
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.state import State
from exporter.metrics.exposition import render
from exporter.metrics.family import PREFIX
from exporter.metrics.view import Process, View
from exporter.settings.load import load
from tests.e2e.reference import EXAMPLE, Reference

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("kustomize")]

Object = dict[str, Any]
CLASSES: Final = {
    "nodes": "Node",
    "pods": "Pod",
    "deployments": "Deployment",
    "statefulsets": "StatefulSet",
    "daemonsets": "DaemonSet",
    "applications": "Application",
}
SAMPLE: Final = {"pods": 5}
"""Of how many objects of a class one is tried, 1 if not named."""
FAILING: Final = frozenset({Verdict.FAIL, Verdict.WAIVED})
NAMES: Final = frozenset(
    {
        "node_present",
        "node_unexpected",
        "workload_present",
        "workload_undeclared",
        "application_present",
        "application_abandoned",
    }
)
"""Checks that judge an object by its name."""
DECLARED: Final = frozenset({"declaration_conflict"})
"""Checks that look at no object."""


def objects() -> list[Any]:
    """Return the objects of the snapshot, by class, every so many of them."""
    found = []
    for kind in CLASSES:
        items = json.loads((EXAMPLE / "snapshot" / f"{kind}.json").read_text())["items"]
        for one in items:
            name = one["metadata"]["name"]
            if zlib.crc32(name.encode()) % SAMPLE.get(kind, 1) == 0:
                found.append(pytest.param(kind, name, id=f"{CLASSES[kind]}-{name}"))
    return found


@cache
def declared() -> State:
    """What the unchanged repository declares."""
    return asyncio.run(declare_once(load(EXAMPLE / "conformance.yaml")))


class Cluster:
    """The reference cluster, whose objects change one at a time."""

    def __init__(self, root: Path) -> None:
        self.reference = Reference.copy(root)
        self.declared = declared()
        self.whole = self.evaluate()

    def evaluate(self) -> Evaluation:
        """Judge it."""
        return asyncio.run(self.reference.evaluate(declared=self.declared)).evaluation

    def without(self, kind: str, name: str) -> Evaluation:
        """Judge it without one of its objects."""
        return self._changed(kind, lambda items: items.remove(_named(items, name)))

    def with_odd(self, kind: str, name: str, change: Callable[[Object], object]) -> Evaluation:
        """Judge it with one object changed."""
        return self._changed(kind, lambda items: change(_named(items, name)))

    def with_another(self, kind: str, one: Object) -> Evaluation:
        """Judge it with one more object."""
        return self._changed(kind, lambda items: items.append(one))

    def find(self, kind: str, name: str) -> Object:
        """Return an object."""
        return _named(self.reference.items(kind), name)

    def _changed(self, kind: str, change: Callable[[list[Object]], object]) -> Evaluation:
        file = self.reference.root / "snapshot" / f"{kind}.json"
        before = file.read_bytes()
        self.reference.change(kind, change)
        try:
            return self.evaluate()
        finally:
            file.write_bytes(before)


def _named(items: list[Object], name: str) -> Object:
    return next(one for one in items if one["metadata"]["name"] == name)


@pytest.fixture(scope="module")
def cluster(kustomize: str, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The cluster to change."""
    assert kustomize
    return Cluster(tmp_path_factory.mktemp("cluster") / "reference")


def subject_of(kind: str, one: Object) -> Subject:
    """Return an object as what findings are about."""
    metadata = one["metadata"]
    namespace = "" if kind == "nodes" else metadata["namespace"]
    return Subject(CLASSES[kind], namespace, metadata["name"])


def owner_of(one: Object) -> Subject:
    """Return a pod's workload."""
    owner, metadata = one["metadata"]["ownerReferences"][0], one["metadata"]
    kind, name = owner["kind"], owner["name"]
    if kind == "ReplicaSet":
        kind, name = "Deployment", name.rpartition("-")[0]
    return Subject(kind, metadata["namespace"], name)


def told_of(kind: str, one: Object) -> set[str]:
    """Return the names by which findings tell of an object; of a pod its workload and its node."""
    if kind != "pods":
        return {one["metadata"]["name"]}
    return {owner_of(one).name, one["spec"].get("nodeName", "")} - {""}


def names(finding: Finding, words: set[str]) -> bool:
    """Tell whether a finding names one of *words*."""
    said = [finding.subject.name, finding.detail, json.dumps(finding.observed, default=str)]
    return any(word in text for word in words for text in said)


def differing(before: Evaluation, after: Evaluation) -> Iterator[tuple[Finding, ...]]:
    """Yield the findings, before and after, of each subject of a check whose verdict differs."""
    was, now = (
        {(one.check, one.subject): one for one in each.findings} for each in (before, after)
    )
    for key in was.keys() | now.keys():
        pair = tuple(each[key] for each in (was, now) if key in each)
        if len({one.verdict for one in pair}) > 1 or len(pair) == 1:
            yield pair


def vanished(before: Evaluation, after: Evaluation) -> set[Subject]:
    """Return the subjects that failed, and that no finding but a pass names any more."""
    named = {one.subject for one in after.findings if one.verdict is not Verdict.PASS}
    failed = {one.subject for one in before.findings if one.verdict in FAILING}
    return failed - named


def misled(kind: str, one: Object, outcome: Evaluation) -> list[Finding]:
    """Return the findings of an object that cannot be read that give another reason."""
    if subject_of(kind, one).kind == "Pod":
        return []
    return [
        each
        for each in outcome.findings
        if each.subject == subject_of(kind, one)
        and each.verdict is Verdict.UNKNOWN
        and "cannot be read" not in each.detail
        and each.check not in DECLARED
    ]


def passes(outcome: Evaluation, subject: Subject) -> set[str]:
    """Return the checks that *subject* passes."""
    return {
        one.check
        for one in outcome.findings
        if one.subject == subject and one.verdict is Verdict.PASS
    }


@pytest.mark.parametrize(("kind", "name"), objects())
def test_an_object_that_is_gone_leaves_all_findings_that_do_not_name_it(
    kind: str, name: str, cluster: Cluster
) -> None:
    one = cluster.find(kind, name)
    words = told_of(kind, one)

    after = cluster.without(kind, name)

    changed = list(differing(cluster.whole, after))
    assert [pair for pair in changed if not any(names(one, words) for one in pair)] == []


@pytest.mark.parametrize(("kind", "name"), objects())
def test_an_object_that_is_gone_is_no_evidence(kind: str, name: str, cluster: Cluster) -> None:
    one = cluster.find(kind, name)
    subject = owner_of(one) if kind == "pods" else subject_of(kind, one)

    after = cluster.without(kind, name)

    gained = passes(after, subject) - passes(cluster.whole, subject)
    amended = {"workload_pods"} if kind == "pods" else set()  # a pod that is gone differs no longer
    assert gained <= amended
    assert kind == "pods" or passes(after, subject) <= DECLARED


def bare(one: Object) -> None:
    """Leave nothing but the name."""
    for part in ("spec", "status"):
        one.pop(part, None)
    kept = {key: one["metadata"][key] for key in ("name", "namespace") if key in one["metadata"]}
    one["metadata"] = kept


def without_spec(one: Object) -> None:
    """Leave out the spec."""
    one.pop("spec")


def without_status(one: Object) -> None:
    """Have nobody report."""
    one.pop("status", None)


@pytest.mark.parametrize(("kind", "name"), objects())
@pytest.mark.parametrize("emptied", [bare, without_spec])
def test_an_object_without_content_passes_by_its_name_only(
    emptied: Callable[[Object], object], kind: str, name: str, cluster: Cluster
) -> None:
    one = cluster.find(kind, name)
    subject = owner_of(one) if kind == "pods" else subject_of(kind, one)

    after = cluster.with_odd(kind, name, emptied)

    assert passes(after, subject) <= passes(cluster.whole, subject)
    assert kind == "pods" or passes(after, subject) <= NAMES | DECLARED
    assert vanished(cluster.whole, after) == set()


@pytest.mark.parametrize(("kind", "name"), objects())
def test_an_object_of_which_nobody_reports_passes_nothing_that_it_failed(
    kind: str, name: str, cluster: Cluster
) -> None:
    one = cluster.find(kind, name)
    subject = owner_of(one) if kind == "pods" else subject_of(kind, one)

    after = cluster.with_odd(kind, name, without_status)

    assert passes(after, subject) <= passes(cluster.whole, subject)
    assert vanished(cluster.whole, after) == set()


def odd_spec(one: Object) -> None:
    """Have a spec that is none."""
    one["spec"] = 5


def odd_label(one: Object) -> None:
    """Have a label that is none."""
    one["metadata"].setdefault("labels", {})["odd"] = {"a": 1}


def odd_owner(one: Object) -> None:
    """Have an owner that is none."""
    one["metadata"]["ownerReferences"] = [{"controller": "yes"}]


def odd_status(one: Object) -> None:
    """Have a status that is none."""
    one["status"] = ["x"]


@pytest.mark.parametrize(("kind", "name"), objects())
@pytest.mark.parametrize("odd", [odd_spec, odd_label, odd_owner, odd_status])
def test_an_object_that_cannot_be_read_blinds_no_other_and_hides_no_failure(
    odd: Callable[[Object], object], kind: str, name: str, cluster: Cluster
) -> None:
    one = cluster.find(kind, name)
    words = told_of(kind, one) | ({name, one["metadata"]["namespace"]} if kind == "pods" else set())

    after = cluster.with_odd(kind, name, odd)

    changed = list(differing(cluster.whole, after))
    assert [pair for pair in changed if pair[-1].verdict is Verdict.PASS] == []
    assert [pair for pair in changed if not any(names(one, words) for one in pair)] == []
    assert vanished(cluster.whole, after) == set()
    assert misled(kind, one, after) == []
    if kind != "pods":
        kept = passes(cluster.whole, subject_of(kind, one)) & NAMES
        assert kept <= passes(after, subject_of(kind, one))
    for layer, score in cluster.whole.layers.items():
        assert (after.layers[layer].coverage or 0) <= (score.coverage or 0)


COUNTS = ("nodes_observed", "nodes_unexpected", "applications_observed")


def lines(outcome: Evaluation, *families: str) -> list[str]:
    """Return the samples of some metrics."""
    pieces, _ = render(View(evaluation=outcome, process=Process(reloaded=outcome.at)))
    every = b"".join(pieces).decode().splitlines()
    return [one for one in every if one.startswith(tuple(f"{PREFIX}{each}" for each in families))]


@pytest.mark.parametrize(
    ("kind", "name"), [("nodes", "k8s-api-my"), ("applications", "ecoeco-api-my")]
)
def test_an_object_that_cannot_be_read_is_counted(kind: str, name: str, cluster: Cluster) -> None:
    after = cluster.with_odd(kind, name, odd_spec)

    assert lines(after, *COUNTS) == lines(cluster.whole, *COUNTS) != []


def test_the_ready_pods_of_a_workload_that_cannot_be_read_are_withdrawn(cluster: Cluster) -> None:
    after = cluster.with_odd("deployments", "my-api", odd_spec)

    ready = lines(cluster.whole, "workload_replicas_ready")
    assert lines(after, "workload_replicas_ready") == [one for one in ready if "my-api" not in one]


def test_an_object_that_cannot_be_read_and_nobody_declares_is_another_one(cluster: Cluster) -> None:
    extra = deepcopy(cluster.find("nodes", "k8s-redis"))
    extra["metadata"]["name"] = "k8s-by-hand"
    odd_spec(extra)

    after = cluster.with_another("nodes", extra)

    found = {one.check: one.verdict for one in after.findings if one.subject.name == "k8s-by-hand"}
    assert found == {"node_unexpected": Verdict.FAIL, "node_dedication": Verdict.UNKNOWN}
