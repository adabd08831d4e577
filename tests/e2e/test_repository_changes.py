"""Each change of the repository turns the check that is about it, and no other."""

import shutil
from collections.abc import Callable

import pytest

from exporter.domain.finding import Verdict
from exporter.domain.provenance import Source
from exporter.domain.state import State
from tests.e2e.reference import API_NODES, Outcome, Reference

APPSET = "repository/argocd/applications/ecoeco-appset-kustomize.yaml"
OVERLAY = "repository/k8s/overlays/scan/deployment-patch.yaml"
PLAYBOOK = "repository/ansible/playbooks/label-nodes.yml"
GROUP_VARS = "repository/ansible/inventory/group_vars/all.yml"
Change = Callable[[Reference], object]


def items(outcome: Outcome, source: Source, kind: str) -> int:
    (status,) = (one for one in outcome.evaluation.sources if one.source is source)
    return status.items[kind]


def drop_toleration(reference: Reference) -> None:
    file = reference.root / "repository/k8s/overlays/my/deployment-patch.yaml"
    text = file.read_text()
    start = text.index("tolerations:")
    end = text.index("effect: NoSchedule", start) + len("effect: NoSchedule")
    file.write_text(text[:start] + text[end:])


@pytest.mark.parametrize(
    ("change", "turned", "mended"),
    [
        pytest.param(
            lambda r: r.edit(OVERLAY, "replicas: 3", "replicas: 4"),
            {("workload_replicas", "scan-api")},
            set(),
            id="replica count changed",
        ),
        pytest.param(
            drop_toleration, {("workload_tolerations", "my-api")}, set(), id="toleration dropped"
        ),
        pytest.param(
            lambda r: r.edit(PLAYBOOK, "domain: my, phase: 1", "domain: my, phase: 2"),
            {
                ("node_labels", "k8s-api-my"),
                ("declaration_conflict", "k8s-api-my"),
                ("declaration_conflict", "ecoeco-api-my"),
            },
            set(),
            id="label changed",
        ),
        pytest.param(
            lambda r: r.edit(PLAYBOOK, "        - k8s-redis\n", ""),
            {("node_taints", "k8s-redis")},
            set(),
            id="taint no longer declared",
        ),
        pytest.param(
            lambda r: r.edit(GROUP_VARS, "1.28.4", "1.29.0"),
            {
                ("node_version", f"k8s-{name}")
                for name in (
                    "master",
                    "worker-ai",
                    "worker-storage",
                    "postgresql",
                    "redis",
                    "rabbitmq",
                    "monitoring",
                )
            }
            | {("node_version", name) for name in API_NODES},
            set(),
            id="version raised",
        ),
        pytest.param(
            lambda r: shutil.rmtree(r.root / "repository/k8s/overlays/chat"),
            {("application_source_path", "ecoeco-api-chat")},
            set(),
            id="source path deleted",
        ),
        pytest.param(
            lambda r: r.edit(PLAYBOOK, "domain: scan, phase: 2", "domain: scan, phase: 1"),
            {("node_labels", "k8s-api-scan"), ("declaration_conflict", "k8s-api-scan")},
            {("declaration_conflict", "ecoeco-api-scan")},
            id="phase of scan agreed on",
        ),
    ],
)
async def test_a_change_turns_its_own_check(
    reference: Reference,
    declared: State,
    change: Change,
    turned: set[tuple[str, str]],
    mended: set[tuple[str, str]],
) -> None:
    before = await reference.evaluate(declared=declared)
    change(reference)

    after = await reference.evaluate()

    assert after.failing - before.failing == turned
    assert before.failing - after.failing == mended


async def test_a_taint_that_is_declared_at_last_is_drift_no_more(
    reference: Reference, declared: State
) -> None:
    before = await reference.evaluate(declared=declared)
    reference.edit(
        GROUP_VARS,
        "kubernetes_version:",
        'node_taints: ["domain=auth:NoSchedule"]\nkubernetes_version:',
    )

    after = await reference.evaluate()

    assert before.verdict("node_taints", "k8s-api-auth") is Verdict.FAIL
    assert after.verdict("node_taints", "k8s-api-auth") is Verdict.PASS


async def test_an_empty_generator_shows_as_a_fall_of_items(reference: Reference) -> None:
    file = reference.root / APPSET
    text = file.read_text()
    start, end = text.index("elements:"), text.index("  template:")
    file.write_text(text[:start] + "elements: []\n" + text[end:])

    outcome = await reference.evaluate()

    assert items(outcome, Source.ARGOCD, "applications") == 0
    assert ("application_abandoned", "ecoeco-api-my") in outcome.failing
    assert not outcome.having(Verdict.PASS) & {("application_present", "ecoeco-api-my")}


async def test_a_node_that_only_terraform_lists_is_a_conflict(
    reference: Reference, declared: State
) -> None:
    before = await reference.evaluate(declared=declared)
    file = reference.root / "repository/ansible/inventory/hosts.ini"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith("k8s-redis")))

    after = await reference.evaluate()

    assert after.failing - before.failing == {("declaration_conflict", "k8s-redis")}
    finding = after.finding("declaration_conflict", "k8s-redis")
    assert "terraform/main.tf" in finding.detail


@pytest.mark.parametrize(
    ("path", "source", "checks"),
    [
        pytest.param("repository/terraform", Source.TERRAFORM, {"node_instance"}, id="terraform"),
        pytest.param(
            "repository/ansible/inventory", Source.ANSIBLE, {"node_version"}, id="ansible"
        ),
        pytest.param(
            "repository/argocd",
            Source.ARGOCD,
            {"application_present", "workload_present"},
            id="argocd",
        ),
    ],
)
async def test_an_unreadable_source_lets_nothing_pass_that_it_alone_could_declare(
    reference: Reference, declared: State, path: str, source: Source, checks: set[str]
) -> None:
    before = await reference.evaluate(declared=declared)
    shutil.rmtree(reference.root / path)

    after = await reference.evaluate()

    (status,) = (one for one in after.evaluation.sources if one.source is source)
    assert not status.up
    assert any(check == "declaration_readable" for check, _ in after.failing)
    for check in checks:
        counts = after.evaluation.scores[check].counts
        assert counts[Verdict.PASS] == counts[Verdict.FAIL] == 0
        assert after.coverage(check) < before.coverage(check)


async def test_an_unreadable_repository_lets_nothing_pass(reference: Reference) -> None:
    shutil.rmtree(reference.root / "repository")

    outcome = await reference.evaluate()

    assert outcome.having(Verdict.PASS) == set()
    assert {check for check, _ in outcome.failing} == {"declaration_readable"}
    assert {layer.coverage for layer in outcome.evaluation.layers.values()} == {0.0}
