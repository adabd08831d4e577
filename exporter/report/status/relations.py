"""What a subject belongs to, and what hangs on it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from exporter.domain.applications import DeclaredApplications, ObservedApplications
from exporter.domain.declaration import ApplicationKey, WorkloadKey
from exporter.domain.delivered import application_of
from exporter.domain.facts import Facts
from exporter.domain.finding import Subject
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.objects import DeclaredObjects
from exporter.domain.workloads import DeclaredWorkloads, ObservedPods
from exporter.report.status.words import Words

_MOST = 20


@dataclass(frozen=True, slots=True)
class Relation:
    """A *subject* that another one has to do with, and how."""

    subject: Subject
    told: str


def relations(subject: Subject, facts: Facts, words: Words) -> list[Relation]:
    """Return what *subject* has to do with, at most twenty."""
    found = [
        *_delivery(subject, facts, words),
        *_delivered(subject, facts, words),
        *_pods(subject, facts, words),
    ]
    return found[:_MOST]


def _delivery(subject: Subject, facts: Facts, words: Words) -> Iterator[Relation]:
    """Yield the Application that delivers a workload or another object."""
    key = application_of(subject, facts, among=(DeclaredWorkloads, DeclaredObjects))
    if key is not None:
        yield Relation(_application(key), _state(key, facts, words))


def _delivered(subject: Subject, facts: Facts, words: Words) -> Iterator[Relation]:
    """Yield the workloads that an Application delivers."""
    declared = facts.find(DeclaredApplications)
    key = ApplicationKey(subject.namespace, subject.name)
    if subject.kind != "Application" or declared is None or key not in declared.applications:
        return
    workloads = facts.find(DeclaredWorkloads)
    for name, one in (workloads.workloads if workloads else {}).items():
        if one.application == key:
            yield Relation(_workload(name), words.say("delivered by it"))


def _pods(subject: Subject, facts: Facts, words: Words) -> Iterator[Relation]:
    """Yield which workloads have pods on a node, or on which nodes a workload's pods are."""
    pods = facts.find(ObservedPods)
    if pods is None:
        return
    counts: Counter[Subject] = Counter()
    if subject.kind == "Node":
        nodes = facts.find(DeclaredNodes)
        name = nodes.key_of(subject.name) if nodes else subject.name
        for group in pods.by_node.get(name, ()):
            counts[_workload(group.owner)] += group.pods
    else:
        key = WorkloadKey(subject.namespace, subject.kind, subject.name)
        for group in pods.by_owner.get(key, ()):
            counts[Subject("Node", "", group.node)] += group.pods
    for one, number in sorted(counts.items()):
        if one.name:
            yield Relation(one, words.count("{n} pod", "{n} pods", number))


def _state(key: ApplicationKey, facts: Facts, words: Words) -> str:
    observed = facts.find(ObservedApplications)
    have = observed.applications.get(key) if observed else None
    if have is None:
        return words.say("delivers it")
    return words.say("delivers it: {sync}, {health}", sync=have.sync, health=have.health)


def _application(key: ApplicationKey) -> Subject:
    return Subject("Application", key.namespace, key.name)


def _workload(key: WorkloadKey) -> Subject:
    return Subject(key.kind, key.namespace, key.name)
