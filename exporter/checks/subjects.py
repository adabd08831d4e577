"""What the checks speak of: subjects, and those that the facts at hand can name.

The functions that take facts make do with what is there, as the evaluation asks them also where
a source could not be read.
"""

from functools import lru_cache

from exporter.domain.applications import DeclaredApplications
from exporter.domain.declaration import ApplicationKey, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Subject
from exporter.domain.nodes import DeclaredNodes, ObservedNodes
from exporter.domain.objects import DeclaredObjects, ObservedObjects, refused_items
from exporter.domain.workloads import DeclaredWorkloads


@lru_cache(maxsize=1 << 14)
def node(name: str) -> Subject:
    """Return the node *name* as a subject, the same one for every check."""
    return Subject("Node", "", name)


@lru_cache(maxsize=1 << 14)
def workload(key: WorkloadKey) -> Subject:
    """Return a workload as a subject, the same one for every check."""
    return Subject(key.kind, key.namespace, key.name)


def application(key: ApplicationKey) -> Subject:
    """Return an Argo CD Application as a subject."""
    return Subject("Application", key.namespace, key.name)


def declared_nodes(facts: Facts) -> list[Subject]:
    """Return all declared nodes, sorted."""
    known = facts.find(DeclaredNodes)
    return [node(declared.name) for _, declared in known.in_order] if known else []


def observed_nodes(facts: Facts) -> list[Subject]:
    """Return all observed nodes by the names that the code has for them, sorted."""
    known, declared = facts.find(ObservedNodes), facts.find(DeclaredNodes)
    names = known.names if known else ()
    return sorted(node(declared.name_of(name) if declared else name) for name in names)


def spoken_of(facts: Facts, *, attribute: str) -> list[Subject]:
    """Return the declared nodes but those of whose *attribute* their group says nothing, sorted."""
    known = facts.find(DeclaredNodes)
    nodes = known.in_order if known else ()
    return [node(one.name) for _, one in nodes if attribute not in one.silent]


def named_nodes(facts: Facts) -> list[Subject]:
    """Return the nodes that are declared one by one, not as members of a group, sorted."""
    known = facts.find(DeclaredNodes)
    return [node(one.name) for _, one in known.in_order if not one.member] if known else []


def declared_workloads(facts: Facts) -> list[Subject]:
    """Return all declared workloads, sorted."""
    known = facts.find(DeclaredWorkloads)
    return sorted(map(workload, known.workloads)) if known else []


def declared_applications(facts: Facts) -> list[Subject]:
    """Return all declared Applications, sorted."""
    known = facts.find(DeclaredApplications)
    return sorted(map(application, known.applications)) if known else []


def declared_objects(facts: Facts) -> list[Subject]:
    """Return all declared objects that are no workloads, sorted, but those nobody may look at."""
    known = facts.find(DeclaredObjects)
    if known is None:
        return []
    observed = facts.find(ObservedObjects)
    refused = {subject for subject, _ in refused_items(known, observed)} if observed else set()
    return [subject for subject in known.by_subject if subject not in refused]
