"""The reference cluster is judged as its owners know it, and better than they knew it."""

import pytest

from exporter.domain.finding import Layer, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNodes
from exporter.domain.state import State
from tests.e2e.reference import API_NODES, Outcome, Reference

APIS = tuple(name.removeprefix("k8s-api-") for name in API_NODES)
DISCREPANCIES = {
    *(("node_taints", name) for name in API_NODES),
    ("declaration_conflict", "ecoeco-api-scan"),
    ("declaration_conflict", "k8s-worker-ai"),
}


async def test_exactly_what_the_report_by_hand_missed_fails(
    reference: Reference, declared: State
) -> None:
    outcome = await reference.evaluate(declared=declared)

    assert outcome.failing == DISCREPANCIES


async def test_what_the_owners_accept_is_waived(reference: Reference, declared: State) -> None:
    outcome = await reference.evaluate(declared=declared)

    assert outcome.having(Verdict.WAIVED) == {
        *(("application_healthy", f"ecoeco-api-{name}") for name in APIS),
        *(("workload_ready", f"{name}-api") for name in APIS),
        *(("workload_images", f"{name}-api") for name in APIS),
        *(("workload_pods", f"{name}-api") for name in APIS),
    }


FOLLOWS = ("secret_references", "service_endpoints")
"""What is not known of Secrets and endpoints follows from pods that the owners know do not run."""


async def test_everything_is_looked_at_but_what_no_check_compares(
    reference: Reference, declared: State
) -> None:
    outcome = await reference.evaluate(declared=declared)

    applied = {"addons.yml: kubectl apply", "addons.yml: helm", "cni.yml: kubectl apply"}
    playbooks = {f"ansible/playbooks/{one}" for one in applied}
    sources, dedicated = len(APIS), 11
    delivered = sources * (judged(outcome, "Deployment") + judged(outcome, "Service")) / 2
    unknown = outcome.having(Verdict.UNKNOWN)
    follows = {(check, f"{api}-api") for check in FOLLOWS for api in APIS}
    assert unknown == {("declaration_compared", name) for name in playbooks} | follows
    assert {layer: score.coverage for layer, score in outcome.evaluation.layers.items()} == {
        Layer.INFRASTRUCTURE: 1.0,
        Layer.CONFIGURATION: 1.0,
        Layer.APPLICATIONS: pytest.approx(
            (dedicated + delivered) / (dedicated + sources + len({"addons.yml", "cni.yml"}))
        ),
        Layer.GITOPS: 1.0,
    }


def judged(outcome: Outcome, kind: str) -> float:
    """Return the part of the findings about one API's workload, or Service, that are judged."""
    subject = Subject(kind, "api", "auth-api")
    checks = outcome.evaluation.checks
    layer = {one.id for one in checks if one.layer is Layer.APPLICATIONS and one.covers}
    found = [
        finding.verdict is not Verdict.UNKNOWN
        for finding in outcome.evaluation.findings
        if finding.subject == subject and finding.check in layer
    ]
    return sum(found) / len(found)


async def test_the_node_groups_are_those_of_the_report(
    reference: Reference, declared: State
) -> None:
    outcome = await reference.evaluate(declared=declared)

    facts = outcome.evaluation.facts
    groups = facts.get(DeclaredNodes).groups
    sizes = {name: len(group.members) for name, group in groups.items()}
    assert sizes == {"master": 1, "api": 7, "worker": 2, "infrastructure": 4}
    assert len(facts.get(ObservedNodes).nodes) == 14


async def test_a_hand_set_taint_is_named_with_the_place_of_its_node(
    reference: Reference, declared: State
) -> None:
    outcome = await reference.evaluate(declared=declared)

    finding = outcome.finding("node_taints", "k8s-api-auth")
    assert "domain=auth:NoSchedule" in finding.detail
    assert finding.provenance


async def test_the_phase_of_scan_names_all_three_places(
    reference: Reference, declared: State
) -> None:
    outcome = await reference.evaluate(declared=declared)

    finding = outcome.finding("declaration_conflict", "ecoeco-api-scan")
    places = {f"{place.path}:{place.line}" for place in finding.provenance}
    lines = {path.rpartition(":")[0]: int(path.rpartition(":")[2]) for path in places}
    assert set(lines) == {
        "argocd/applications/ecoeco-appset-kustomize.yaml",
        "k8s/overlays/scan/kustomization.yaml",
        "ansible/playbooks/label-nodes.yml",
    }
    for path, line in lines.items():
        text = (reference.root / "repository" / path).read_text().splitlines()[line - 1]
        assert "phase" in text


async def test_the_domain_of_the_ai_worker_names_both_places(
    reference: Reference, declared: State
) -> None:
    outcome = await reference.evaluate(declared=declared)

    finding = outcome.finding("declaration_conflict", "k8s-worker-ai")
    assert "scan,chat" in finding.detail
    assert {place.path for place in finding.provenance} == {
        "terraform/main.tf",
        "ansible/playbooks/label-nodes.yml",
    }
