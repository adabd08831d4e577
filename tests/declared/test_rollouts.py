from dataclasses import replace

from exporter.declared.rollouts import with_templates
from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.gaps import Gap
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Place, Source

HERE, THERE = (Place(Source.KUSTOMIZE, path, 3) for path in ("r.yaml", "d.yaml"))
ROLLOUT = WorkloadKey("web", "Rollout", "shop")
DEPLOYMENT = WorkloadKey("web", "Deployment", "shop")
TEMPLATE: JsonObject = {"spec": {"containers": []}}


def workload(key: WorkloadKey, spec: JsonObject, place: Place) -> DeclaredWorkload:
    places = {"/spec/replicas": place, "/spec/template/spec": place}
    return DeclaredWorkload(key=key, manifest={"spec": spec}, place=place, places=places)


def rollout(kind: str = "Deployment", name: str = "shop") -> DeclaredWorkload:
    spec: JsonObject = {"replicas": 3, "workloadRef": {"kind": kind, "name": name}}
    found = workload(ROLLOUT, spec, HERE)
    return replace(found, places={"/spec/replicas": HERE}, ignored=("/spec/replicas",))


DECLARED = workload(DEPLOYMENT, {"replicas": 0, "template": TEMPLATE}, THERE)


def test_a_rollout_has_the_template_of_the_workload_that_it_refers_to() -> None:
    found = with_templates({ROLLOUT: rollout(), DEPLOYMENT: DECLARED})

    merged = found[ROLLOUT]
    assert merged.manifest["spec"] == {
        "replicas": 3,
        "workloadRef": {"kind": "Deployment", "name": "shop"},
        "template": TEMPLATE,
    }
    assert merged.places == {"/spec/replicas": HERE, "/spec/template/spec": THERE}
    assert merged.ignored == ("/spec/replicas", "/spec/template")
    assert found[DEPLOYMENT] is DECLARED


def test_what_is_not_known_of_the_template_is_not_known_of_the_rollout() -> None:
    gap = Gap(Source.KUSTOMIZE, "a remote component may change it")

    found = with_templates({ROLLOUT: rollout(), DEPLOYMENT: replace(DECLARED, unknown=gap)})

    assert found[ROLLOUT].unknown == gap


def test_a_reference_to_nothing_that_is_declared_changes_nothing() -> None:
    declared = {ROLLOUT: rollout(name="gone"), DEPLOYMENT: DECLARED}

    assert with_templates(declared) is declared


def test_a_deployment_refers_to_nothing() -> None:
    odd = replace(rollout(), key=WorkloadKey("web", "Deployment", "odd"))
    declared = {odd.key: odd, DEPLOYMENT: DECLARED}

    assert with_templates(declared) is declared
