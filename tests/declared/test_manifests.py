from dataclasses import replace
from typing import Any

import pytest

from exporter.declared import manifests
from exporter.declared.rendered import Manifest
from exporter.domain.declaration import ApplicationKey, WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.finding import Subject
from exporter.domain.fingerprint import fingerprint
from exporter.domain.gaps import Gap
from exporter.domain.items import Item, ItemState
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml

PLACE = Place(Source.KUSTOMIZE, "a.yaml", 1)


def manifest(text: str) -> Manifest:
    return Manifest(content=yaml.plain(yaml.load(text)), place=PLACE, places={"/spec": PLACE})


def deployment(**changes: Any) -> Manifest:
    content = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {}}
    return Manifest(content=content | changes, place=PLACE)


def scaler(text: str) -> Manifest:
    return manifest(
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n"
        f"spec: {text}\n"
    )


def scaled(text: str) -> Manifest:
    return manifest(
        f"apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {{name: a}}\nspec: {text}\n"
    )


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_workload_keeps_what_is_compared(kind: str) -> None:
    one = manifest(
        f"apiVersion: apps/v1\nkind: {kind}\n"
        "metadata: {name: a, namespace: b, labels: {c: d}, annotations: {e: f}, uid: g}\n"
        "spec: {replicas: 2}\nstatus: {replicas: 1}\n"
    )
    application = ApplicationKey("argocd", "a")

    ignored = manifests.Ignored(("/spec/replicas",), leaves="a manager")
    found = manifests.workload(one, application=application, ignored=ignored)

    assert found is not None
    assert (found.ignored, found.leaves) == (("/spec/replicas",), "a manager")
    assert found.key == WorkloadKey("b", kind, "a")
    assert found.manifest == {
        "metadata": {"labels": {"c": "d"}, "annotations": {"e": "f"}},
        "spec": {"replicas": 2},
    }
    assert (found.application, found.ignored) == (application, ("/spec/replicas",))
    assert (found.place, found.places) == (PLACE, {"/spec": PLACE})


@pytest.mark.parametrize(
    ("own", "given", "namespace"),
    [("a", "b", "a"), (None, "b", "b"), ("", "b", "b"), (None, "", "default")],
)
def test_the_namespace_is_the_manifests_else_the_destinations_else_default(
    own: str | None, given: str, namespace: str
) -> None:
    one = deployment(metadata={"name": "a", "namespace": own})

    found = manifests.workload(one, namespace=given)

    assert found is not None
    assert found.key.namespace == namespace


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "Service"},
        {"kind": "Rollout"},
        {"apiVersion": "argoproj.io/v1alpha1"},
        {"apiVersion": "example.org/v1"},
        {"kind": ["Deployment"]},
        {"apiVersion": None},
    ],
)
def test_other_kinds_are_no_workloads(changes: dict[str, Any]) -> None:
    assert manifests.workload(deployment(**changes)) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"metadata": {}}, "no metadata.name", id="no-name"),
        pytest.param({"metadata": {"name": 7}}, "no metadata.name", id="number"),
        pytest.param({"metadata": "a"}, "no metadata.name", id="text"),
        pytest.param({"metadata": {"name": "a", "namespace": 7}}, "is no text", id="namespace"),
        pytest.param({"spec": None}, "a has no spec", id="no-spec"),
        pytest.param({"spec": []}, "a has no spec", id="list"),
    ],
)
def test_a_workload_that_makes_no_sense_is_an_error(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ParseError, match=message):
        manifests.workload(deployment(**changes))


def test_a_rollout_of_argo_is_a_workload() -> None:
    found = manifests.workload(deployment(kind="Rollout", apiVersion="argoproj.io/v1alpha1"))

    assert found is not None
    assert found.key.kind == "Rollout"


def test_a_rollout_that_scales_its_workload_down_is_both() -> None:
    spec = f"{{replicas: 3, workloadRef: {{{DEPLOYED}, scaleDown: onsuccess}}}}"

    found = manifests.read([rollout(spec)])

    assert [one.key.kind for one in found.workloads] == ["Rollout"]
    assert [one.kind for one in found.autoscalers] == ["Rollout"]
    assert found.objects == ()


def test_odd_labels_are_left_out() -> None:
    found = manifests.workload(deployment(metadata={"name": "a", "labels": ["b"]}))

    assert found is not None
    assert found.manifest == {"metadata": {}, "spec": {}}


TARGET = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}"


DEPLOYED = "kind: Deployment, name: api"


def rollout(spec: str) -> Manifest:
    return manifest(
        f"apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {{name: a}}\nspec: {spec}"
    )


@pytest.mark.parametrize(
    ("one", "bounds"),
    [
        pytest.param(scaler(f"{{{TARGET}, minReplicas: 3, maxReplicas: 10}}"), (3, 10), id="hpa"),
        pytest.param(scaler(f"{{{TARGET}, maxReplicas: 10}}"), (1, 10), id="hpa-default"),
        pytest.param(scaled("{scaleTargetRef: {name: api}}"), (0, 100), id="keda-defaults"),
        pytest.param(
            scaled("{scaleTargetRef: {name: api}, minReplicaCount: 2, maxReplicaCount: 5}"),
            (2, 5),
            id="keda",
        ),
        pytest.param(
            scaled("{scaleTargetRef: {name: api}, minReplicaCount: 2, idleReplicaCount: 0}"),
            (0, 100),
            id="keda-idle",
        ),
        pytest.param(
            rollout(f"{{replicas: 3, workloadRef: {{{DEPLOYED}, scaleDown: onsuccess}}}}"),
            (0, 3),
            id="rollout",
        ),
        pytest.param(
            rollout(f"{{workloadRef: {{{DEPLOYED}, scaleDown: progressively}}}}"),
            (0, 1),
            id="rollout, step by step",
        ),
    ],
)
def test_an_autoscaler_bounds_the_replicas_of_its_target(
    one: Manifest, bounds: tuple[int, int]
) -> None:
    found = manifests.autoscaler(one, namespace="b")

    assert found is not None
    assert found.target == WorkloadKey("b", "Deployment", "api")
    assert (found.minimum, found.maximum) == bounds
    assert (found.kind, found.namespace, found.name) == (one.kind, "b", "a")


@pytest.mark.parametrize(
    "spec", ["{replicas: 3, template: {}}", f"{{workloadRef: {{{DEPLOYED}, scaleDown: never}}}}"]
)
def test_a_rollout_that_takes_no_pods_from_a_workload_scales_none(spec: str) -> None:
    assert manifests.autoscaler(rollout(spec)) is None


def test_a_scaled_object_may_name_another_kind() -> None:
    found = manifests.autoscaler(scaled("{scaleTargetRef: {name: db, kind: StatefulSet}}"))

    assert found is not None
    assert found.target == WorkloadKey("default", "StatefulSet", "db")


def test_other_kinds_are_no_autoscalers() -> None:
    assert manifests.autoscaler(deployment()) is None
    assert manifests.autoscaler(deployment(kind="HorizontalPodAutoscaler")) is None


@pytest.mark.parametrize(
    ("one", "message"),
    [
        pytest.param(scaler(f"{{{TARGET}}}"), "spec.maxReplicas", id="no-maximum"),
        pytest.param(
            scaler(f"{{{TARGET}, minReplicas: a, maxReplicas: 1}}"), "spec.minReplicas", id="text"
        ),
        pytest.param(
            scaler(f"{{{TARGET}, minReplicas: true, maxReplicas: 1}}"),
            "spec.minReplicas",
            id="truth",
        ),
        pytest.param(scaler(f"{{{TARGET}, maxReplicas: -1}}"), "spec.maxReplicas", id="negative"),
        pytest.param(scaler("{maxReplicas: 1}"), "does not say what it scales", id="no-target"),
        pytest.param(
            scaler("{maxReplicas: 1, scaleTargetRef: {name: a}}"), "does not say", id="no-kind"
        ),
        pytest.param(scaled("{scaleTargetRef: text}"), "does not say", id="odd-target"),
        pytest.param(scaler("text"), "spec.maxReplicas", id="odd-spec"),
    ],
)
def test_an_autoscaler_that_makes_no_sense_is_an_error(one: Manifest, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        manifests.autoscaler(one)


def test_objects_are_sorted_out_and_what_makes_no_sense_is_unresolved() -> None:
    broken = deployment(metadata={})

    found = manifests.read(
        [broken, deployment(), deployment(kind="Service"), scaler(f"{{{TARGET}, maxReplicas: 2}}")],
        namespace="b",
        ignored=lambda one: manifests.Ignored(
            ("/spec/replicas",) if one.kind == "Deployment" else ()
        ),
    )

    assert [(one.key.name, one.ignored) for one in found.workloads] == [("a", ("/spec/replicas",))]
    assert [one.target.namespace for one in found.autoscalers] == ["b"]
    assert [one.place for one in found.items if one.state is ItemState.UNRESOLVED] == [PLACE]


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({"name": "a" * 254}, id="name"),
        pytest.param({"name": "a", "namespace": "a" * 254}, id="namespace"),
    ],
)
def test_a_name_that_kubernetes_would_not_take_becomes_no_label(metadata: dict[str, str]) -> None:
    found = manifests.read([deployment(metadata=metadata)])

    assert found.workloads == ()
    assert "more than 253 characters" in found.items[0].message
    assert found.items[0].subject == Subject("File", "", "a.yaml")


ORIGIN = Subject("Source", "argocd", "shop/0")


def item(text: str, *, application: bool = True) -> Item:
    key = ApplicationKey("argocd", "shop") if application else None
    found = manifests.read([manifest(text)], namespace="shop", application=key, origin=ORIGIN)
    (only,) = found.items
    return only


@pytest.mark.parametrize(
    ("text", "subject", "state"),
    [
        pytest.param(
            "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a}\nspec: {}",
            Subject("DaemonSet", "shop", "a"),
            "compared",
            id="workload",
        ),
        pytest.param(
            "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: own}",
            Subject("Service", "own", "a"),
            "compared",
            id="another kind",
        ),
        pytest.param(
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n"
            f"spec: {{{TARGET}, maxReplicas: 2}}",
            Subject("HorizontalPodAutoscaler", "shop", "a"),
            "compared",
            id="autoscaler",
        ),
        pytest.param(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}",
            Subject("ClusterRole", "", "a"),
            "compared",
            id="no namespace",
        ),
        pytest.param(
            "apiVersion: example.org/v1\nkind: Deployment\nmetadata: {name: a}",
            Subject("Deployment", "shop", "a"),
            "compared",
            id="another group",
        ),
        pytest.param(
            "apiVersion: v1\nkind: Secret\nmetadata: {name: a}",
            Subject("Secret", "shop", "a"),
            "out_of_scope",
            id="secret",
        ),
        pytest.param(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: a-}",
            Subject("Job", "shop", "a-"),
            "out_of_scope",
            id="a new name each time",
        ),
        pytest.param(
            "apiVersion: apps/v1\nkind: Deployment\n"
            "metadata: {name: a, annotations: {helm.sh/hook: test}}\nspec: {}",
            Subject("Deployment", "shop", "a"),
            "out_of_scope",
            id="hook",
        ),
        pytest.param(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}",
            Subject("Deployment", "shop", "a"),
            "unresolved",
            id="no spec",
        ),
        pytest.param(
            "apiVersion: v1\nkind: 'a b'\nmetadata: {name: a}",
            Subject("File", "", "a.yaml"),
            "unresolved",
            id="no kind",
        ),
        pytest.param(
            "apiVersion: v1\nkind: Service\nmetadata: {}",
            Subject("File", "", "a.yaml"),
            "unresolved",
            id="no name",
        ),
    ],
)
def test_every_object_is_an_item_by_its_kind_as_it_is_applied(
    text: str, subject: Subject, state: str
) -> None:
    found = item(text)

    assert (found.subject, found.state) == (subject, ItemState(state))
    assert (found.origin, found.entry, found.place) == (ORIGIN, "a.yaml", PLACE)
    assert bool(found.message) == (state != "compared")


@pytest.mark.parametrize("kind", ["Node", "Pod"])
def test_what_other_objects_make_is_compared_by_nobody(kind: str) -> None:
    found = item(f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}")

    assert (found.state, found.message) == (
        ItemState.UNSUPPORTED,
        f"no check compares {kind} yet",
    )


def test_an_object_is_declared_by_group_kind_and_name_with_what_is_compared_of_it() -> None:
    text = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        "metadata: {name: deny, labels: {a: b}, uid: x}\nspec: {podSelector: {}}\nstatus: {c: d}"
    )

    (found,) = manifests.read([manifest(text)], namespace="shop").objects

    assert found.key == ObjectKey("networking.k8s.io", "NetworkPolicy", "shop", "deny")
    assert (found.subject, found.version) == (Subject("NetworkPolicy", "shop", "deny"), "v1")
    assert found.manifest == {
        "metadata": {"labels": {"a": "b"}, "annotations": {}},
        "spec": {"podSelector": {}},
    }


def test_of_a_config_maps_data_nothing_but_fingerprints_are_kept() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {password: hunter2}"

    (found,) = manifests.read([manifest(text)]).objects

    assert "hunter2" not in str(found.manifest)
    assert found.manifest["data"] == {"password": fingerprint("hunter2")}


def test_a_secret_is_no_object_that_is_looked_for() -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: b}"

    assert manifests.read([manifest(text)]).objects == ()


def test_a_hook_is_one_only_where_argo_cd_delivers_it() -> None:
    text = (
        "apiVersion: apps/v1\nkind: Deployment\n"
        "metadata: {name: a, annotations: {argocd.argoproj.io/hook: Sync}}\nspec: {}"
    )

    assert item(text, application=False).state is ItemState.COMPARED


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
        ("kustomize.toolkit.fluxcd.io/v1", "Kustomization"),
        ("helm.cattle.io/v1", "HelmChart"),
    ],
)
def test_what_delivers_further_objects_weighs_as_a_source_of_its_own(
    version: str, kind: str
) -> None:
    found = item(f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}")

    assert (found.state, found.origin) == (ItemState.UNSUPPORTED, None)
    assert "delivers is not followed" in found.message


def test_applications_are_left_to_who_follows_them() -> None:
    one = manifest("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}")

    assert manifests.read([one]).items == ()


def test_a_workload_whose_values_are_not_known_says_why() -> None:
    one = deployment()

    (found,) = manifests.read([replace(one, unknown="a component is missing")]).workloads

    assert found.unknown == Gap(Source.KUSTOMIZE, "a component is missing")
