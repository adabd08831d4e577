import gzip
import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.domain.applications import ObservedApplications, ObservedApplicationSets
from exporter.domain.declaration import ApplicationKey, WorkloadKey
from exporter.domain.errors import ReadError, Reason
from exporter.domain.facts import Facts
from exporter.domain.nodes import ObservedNodes
from exporter.domain.objectkeys import GroupKind, ObjectKey
from exporter.domain.objects import ObservedObject, ObservedObjects
from exporter.domain.observation import Observation
from exporter.domain.workloads import ObservedAutoscalers, ObservedPods, ObservedWorkloads
from exporter.observed import reading
from exporter.observed.snapshot import read

T = TypeVar("T")
Object: TypeAlias = dict[str, Any]


def of(kind: str, name: str, *, api_version: str = "v1", **content: Any) -> Object:
    metadata = {"name": name, "namespace": "api", **content.pop("metadata", {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


def owned_by(kind: str, name: str) -> Object:
    return {"ownerReferences": [{"kind": kind, "name": name, "controller": True}]}


NODE = of("Node", "k8s-api-auth", spec={})
POD = of("Pod", "auth-api-0", spec={}, metadata=owned_by("StatefulSet", "auth-api"))
SPEC: Object = {"template": {}}
DEPLOYMENT = of("Deployment", "auth-api", api_version="apps/v1", spec=SPEC)
STATEFUL_SET = of("StatefulSet", "auth-api", api_version="apps/v1", spec=SPEC)
DAEMON_SET = of("DaemonSet", "agent", api_version="apps/v1", spec=SPEC)
APPLICATION = of("Application", "auth", api_version="argoproj.io/v1alpha1", spec={})
HPA = of(
    "HorizontalPodAutoscaler",
    "auth",
    api_version="autoscaling/v2",
    spec={"scaleTargetRef": {"kind": "Deployment", "name": "auth-api"}, "maxReplicas": 5},
)
SECRET = of("Secret", "token", data={"token": "c2VjcmV0"})
RICH_POD = of(
    "Pod",
    "db-0",
    spec={"nodeName": "a", "tolerations": [{"key": "a", "operator": "Exists", "effect": ""}]},
    status={
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [{"state": {"waiting": {"reason": "ErrImagePull"}}}],
    },
)
RICH_NODE = of(
    "Node",
    "a",
    spec={"taints": [{"key": "a", "effect": "NoSchedule"}]},
    status={"conditions": [{"type": "Ready", "status": "True"}], "nodeInfo": {}},
)
RICH_APPLICATION = of(
    "Application",
    "a",
    api_version="argoproj.io/v1alpha1",
    spec={"sources": [{"repoURL": "a"}], "syncPolicy": {"automated": {}}},
    status={"resources": [{"kind": "Pod", "name": "a", "health": {"status": "Missing"}}]},
)
RICH_WORKLOAD = of(
    "StatefulSet", "a", api_version="apps/v1", spec={"replicas": 1}, status={"replicas": 1}
)
EVERYTHING = (NODE, POD, DEPLOYMENT, STATEFUL_SET, DAEMON_SET, APPLICATION, HPA, SECRET)
RICH = (RICH_POD, RICH_NODE, RICH_APPLICATION, RICH_WORKLOAD, HPA)


def listed(*objects: Object) -> str:
    """What `kubectl get -o json` prints."""
    content = {"apiVersion": "v1", "items": objects, "kind": "List", "metadata": {}}
    return json.dumps(content, indent=4)


def typed(kind: str, *objects: Object, api_version: str = "v1") -> str:
    """What `kubectl get --raw` prints: items have no kind of their own."""
    items = [{key: one[key] for key in one if key not in ("apiVersion", "kind")} for one in objects]
    return json.dumps({"kind": f"{kind}List", "apiVersion": api_version, "items": items})


def dump(root: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        path = root / name.replace("__", ".")
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
    return root


def fact(seen: Observation, kind: type[T]) -> T:
    return Facts(seen.facts).get(kind)


def known(seen: Observation) -> set[str]:
    """Return the facts that are known, but for those of other objects, which tell themselves."""
    names = {fact.__name__.removeprefix("Observed") for fact in seen.facts}
    return names - {"Objects"}


ADD_ON = frozenset({"Rollout"})
"""Kinds of workloads of which pods do not tell."""
ALL = {"Nodes", "Workloads", "Pods", "Applications", "Autoscalers"}
EVERY_FACT = ALL | {"ApplicationSets", "Endpoints", "ImageUpdaters", "Projects"}


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"cluster.json": listed(*EVERYTHING)}, id="one list"),
        pytest.param({"cluster.json.gz": gzip.compress(listed(*EVERYTHING).encode())}, id="gzip"),
        pytest.param({"cluster.json": "\n".join(map(json.dumps, EVERYTHING))}, id="JSON lines"),
        pytest.param({"cluster.json": "".join(map(listed, EVERYTHING))}, id="lists in a row"),
        pytest.param(
            {"cluster.yaml": "\n---\n".join(map(json.dumps, EVERYTHING[:1])) + "\n"},
            id="YAML as JSON",
        ),
        pytest.param(
            {f"{i}.json": json.dumps(one) for i, one in enumerate(EVERYTHING)}, id="files"
        ),
    ],
)
def test_the_shape_of_a_dump_makes_no_difference(tmp_path: Path, files: dict[str, Any]) -> None:
    seen = read(dump(tmp_path, **files))

    assert seen.failures == ()
    assert set(fact(seen, ObservedNodes).nodes) == {"k8s-api-auth"}
    if "cluster.yaml" not in files:
        assert known(seen) == ALL
        assert seen.items == {one["kind"]: 1 for one in EVERYTHING}


def test_yaml_says_the_same_as_json(tmp_path: Path) -> None:
    text = """\
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Node
    metadata:
      name: k8s-api-auth
      labels: {phase: "1"}
      creationTimestamp: 2025-11-09T07:05:00Z
    spec: {}
"""

    seen = read(dump(tmp_path, cluster__yaml=text))

    node = fact(seen, ObservedNodes).nodes["k8s-api-auth"]
    assert node.labels == {"phase": "1"}
    assert node.created == datetime(2025, 11, 9, 7, 5, tzinfo=UTC)


def test_a_folder_of_typed_lists_is_read_as_the_api_wrote_them(tmp_path: Path) -> None:
    seen = read(
        dump(
            tmp_path,
            nodes__json=typed("Node", NODE),
            deployments__json=typed("Deployment", DEPLOYMENT, api_version="apps/v1"),
        )
    )

    assert known(seen) == {"Nodes", "Workloads", "Autoscalers"}
    assert set(fact(seen, ObservedWorkloads).workloads) == {
        WorkloadKey("api", "Deployment", "auth-api")
    }


def test_an_observation_is_as_recent_as_its_newest_file(tmp_path: Path) -> None:
    dump(tmp_path, nodes__json=listed(NODE), pods__json=listed(POD))
    os.utime(tmp_path / "nodes.json", (100, 100))
    os.utime(tmp_path / "pods.json", (200, 200))

    assert read(tmp_path).at == datetime.fromtimestamp(200, UTC)


def test_a_kind_that_a_mixed_list_does_not_show_is_unknown(tmp_path: Path) -> None:
    seen = read(dump(tmp_path, cluster__json=listed(DEPLOYMENT, SECRET)))

    assert known(seen).isdisjoint({"Nodes", "Pods", "Applications"})
    assert seen.gaps == {}


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"applications.json": listed()}, id="file named after it"),
        pytest.param({"applications.argoproj.io.json": listed()}, id="file with its group"),
        pytest.param({"nodes,applications.json": listed(NODE)}, id="file named after several"),
        pytest.param(
            {"a.json": typed("Application", api_version="argoproj.io/v1alpha1")}, id="typed list"
        ),
    ],
)
def test_a_kind_that_was_looked_for_and_not_found_is_empty(
    tmp_path: Path, files: dict[str, str]
) -> None:
    seen = read(dump(tmp_path, **files))

    assert fact(seen, ObservedApplications).applications == {}
    assert seen.items["Application"] == 0


def test_a_name_that_the_content_contradicts_says_nothing(tmp_path: Path) -> None:
    seen = read(dump(tmp_path, nodes__json=listed(POD)))

    assert known(seen) == {"Pods"}


def test_one_object_less_is_missing_and_the_rest_is_there(tmp_path: Path) -> None:
    other = of("Node", "k8s-api-my", spec={})

    seen = read(dump(tmp_path, cluster__json=listed(other, POD)))

    assert set(fact(seen, ObservedNodes).nodes) == {"k8s-api-my"}


def test_workloads_of_a_kind_that_no_pod_belongs_to_do_not_run(tmp_path: Path) -> None:
    seen = read(dump(tmp_path, cluster__json=listed(DEPLOYMENT, of("Pod", "alone", spec={}))))

    assert fact(seen, ObservedWorkloads).unseen == ADD_ON


def test_workloads_of_a_kind_that_only_pods_show_are_unseen(tmp_path: Path) -> None:
    seen = read(dump(tmp_path, cluster__json=listed(DEPLOYMENT, POD)))

    assert fact(seen, ObservedWorkloads).unseen == {"StatefulSet"} | ADD_ON


def test_without_pods_nothing_is_known_of_kinds_that_are_not_shown(tmp_path: Path) -> None:
    seen = read(dump(tmp_path, cluster__json=listed(DEPLOYMENT)))

    assert fact(seen, ObservedWorkloads).unseen == {"StatefulSet", "DaemonSet"} | ADD_ON


def test_pods_alone_do_not_show_workloads(tmp_path: Path) -> None:
    assert known(read(dump(tmp_path, cluster__json=listed(POD)))) == {"Pods"}


def test_a_cluster_without_autoscalers_is_taken_at_its_word(tmp_path: Path) -> None:
    seen = read(dump(tmp_path, cluster__json=listed(DEPLOYMENT)))

    assert fact(seen, ObservedAutoscalers) == ObservedAutoscalers(bounds={})


@pytest.mark.parametrize(
    ("files", "lost"),
    [
        pytest.param({"nodes.json": "{"}, {"Nodes"}, id="named"),
        pytest.param({"nodes.json": ""}, {"Nodes"}, id="empty"),
        pytest.param({"nodes.json": "{}"}, {"Nodes"}, id="no object"),
        pytest.param({"nodes.json.gz": b"\x1f\x8b\x08junk"}, {"Nodes"}, id="gzip"),
        pytest.param({"nodes.yaml": b"kind: \xff"}, {"Nodes"}, id="undecodable"),
        pytest.param(
            {"nodes.json": '{"kind": "Status", "message": "no"}'}, {"Nodes"}, id="refused"
        ),
        pytest.param({"hpa.json": "{"}, {"Autoscalers"}, id="autoscalers"),
        pytest.param({"services.json": "{"}, set(), id="named after what is passed over"),
        pytest.param({"x.json": '{"kind": "NodeList", "items": ['}, {"Nodes"}, id="typed"),
        pytest.param({"x.json": '{"kind": "SecretList", "items": ['}, set(), id="typed, other"),
        pytest.param({"x.json": listed(NODE)[:-9]}, EVERY_FACT, id="mixed and cut off"),
        pytest.param({"x.json": "{"}, EVERY_FACT, id="anything"),
        pytest.param({"x.json": "[" * 99_999}, EVERY_FACT, id="nested"),
        pytest.param({"x.json": "3"}, EVERY_FACT, id="a number"),
    ],
)
def test_a_broken_file_takes_with_it_what_it_may_have_held(
    tmp_path: Path, files: dict[str, Any], lost: set[str]
) -> None:
    dump(tmp_path, a__json=listed(*EVERYTHING), **files)

    seen = read(tmp_path)

    (name,) = files
    assert [failure.place.path for failure in seen.failures] == [name]
    assert known(seen) == ALL - lost
    assert {fact.__name__.removeprefix("Observed") for fact in seen.gaps} == lost


def test_a_broken_file_spares_the_kinds_that_other_files_are_named_after(tmp_path: Path) -> None:
    dump(tmp_path, nodes__json=listed(NODE), rest__json=listed(POD), x__json="{")

    seen = read(tmp_path)

    assert known(seen) == {"Nodes"}


def test_what_begins_as_a_list_of_one_kind_may_go_on_with_another(tmp_path: Path) -> None:
    seen = read(dump(tmp_path, a__json=listed(POD), x__json=typed("Node", NODE) + "\n{"))

    assert known(seen) == set()


def test_a_page_of_a_list_is_not_the_list(tmp_path: Path) -> None:
    page = '{"kind": "NodeList", "apiVersion": "v1", "metadata": {"continue": "eyJ2"}, "items": []}'

    seen = read(dump(tmp_path, a__json=listed(POD), page__json=page))

    assert known(seen) == {"Pods"}
    assert "one page of a longer list" in seen.failures[0].message


def test_a_broken_object_is_named_with_its_line_and_blinds_no_other(tmp_path: Path) -> None:
    broken = of("Pod", "auth-api-1", status={"phase": 3})
    text = listed(NODE, POD, broken)

    seen = read(dump(tmp_path, cluster__json=text))

    (failure,) = seen.odd
    assert (known(seen), seen.failures, seen.gaps) == ({"Nodes", "Pods"}, (), {})
    starts = [n for n, line in enumerate(text.split("\n"), 1) if line == "        {"]
    assert failure.place.line == starts[2]
    assert failure.message.startswith("object 3 (Pod api/auth-api-1): status.phase: Expected `str")
    assert fact(seen, ObservedPods).per_namespace == {"api": 2}


ODD: dict[str, Object] = {
    "Node": of("Node", "odd", spec={"taints": [{"key": "k", "effect": "Never"}]}),
    "Deployment": of("Deployment", "odd", api_version="apps/v1", spec=[]),
    "Application": of("Application", "odd", api_version="argoproj.io/v1alpha1", spec=7),
    "ApplicationSet": of("ApplicationSet", "odd", api_version="argoproj.io/v1alpha1", spec=7),
}


def test_a_broken_object_of_each_kind_is_there_by_its_name(tmp_path: Path) -> None:
    seen = read(dump(tmp_path, cluster__json=listed(*EVERYTHING, *ODD.values())))

    assert "odd" in fact(seen, ObservedNodes)
    assert WorkloadKey("api", "Deployment", "odd") in fact(seen, ObservedWorkloads)
    assert ApplicationKey("api", "odd") in fact(seen, ObservedApplications)
    assert set(fact(seen, ObservedApplicationSets).unreadable) == {ApplicationKey("api", "odd")}
    assert len(seen.odd) == len(ODD)
    assert known(seen) == ALL | {"ApplicationSets"}


def test_an_autoscaler_that_cannot_be_read_hides_the_bounds_of_its_target_only(
    tmp_path: Path,
) -> None:
    target = {"kind": "Deployment", "name": "auth-api"}
    spec = {"scaleTargetRef": target, "maxReplicas": "many"}
    broken = of("HorizontalPodAutoscaler", "a", api_version="autoscaling/v2", spec=spec)

    seen = read(dump(tmp_path, cluster__json=listed(DEPLOYMENT, broken)))

    assert fact(seen, ObservedAutoscalers).hidden(WorkloadKey("api", "Deployment", "auth-api"))
    assert not fact(seen, ObservedAutoscalers).hidden(WorkloadKey("api", "Deployment", "my-api"))


def test_an_autoscaler_that_names_no_target_may_scale_whatever_is_in_its_namespace(
    tmp_path: Path,
) -> None:
    broken = of("ScaledObject", "a", api_version="keda.sh/v1alpha1", spec={"scaleTargetRef": {}})

    seen = read(dump(tmp_path, cluster__json=listed(DEPLOYMENT, broken)))

    assert fact(seen, ObservedAutoscalers).hidden(WorkloadKey("api", "Deployment", "auth-api"))
    assert not fact(seen, ObservedAutoscalers).hidden(WorkloadKey("web", "Deployment", "auth-api"))


def test_a_broken_pod_of_nobody_known_may_belong_to_an_unseen_kind(tmp_path: Path) -> None:
    broken = of("Pod", "a", metadata={"ownerReferences": "x"})

    seen = read(dump(tmp_path, cluster__json=listed(DEPLOYMENT, broken)))

    assert fact(seen, ObservedWorkloads).unseen == {"StatefulSet", "DaemonSet"} | ADD_ON


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("3", id="a number"),
        pytest.param("null", id="null"),
        pytest.param('{"metadata": {"name": "a"}}', id="of no kind"),
        pytest.param('{"kind": ["Node"]}', id="of a strange kind"),
    ],
)
def test_an_object_of_no_kind_may_have_been_any(tmp_path: Path, broken: str) -> None:
    text = f'{{"kind": "List", "items": [{json.dumps(NODE)}, {broken}]}}'

    seen = read(dump(tmp_path, cluster__json=text))

    assert known(seen) == set()
    assert seen.failures[0].message.startswith("object 2 (of no kind")


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({}, id="no name"),
        pytest.param({"name": ""}, id="empty name"),
        pytest.param({"name": 3}, id="name is a number"),
        pytest.param({"name": "a" * 300}, id="name too long"),
        pytest.param([], id="metadata is a list"),
        pytest.param(None, id="metadata is null"),
    ],
)
def test_an_object_without_a_name_makes_its_kind_unknown(tmp_path: Path, metadata: object) -> None:
    broken = {"apiVersion": "v1", "kind": "Node", "metadata": metadata}

    seen = read(dump(tmp_path, nodes__json=listed(NODE, broken), pods__json=listed(POD)))

    assert known(seen) == {"Pods"}
    assert len(seen.failures) == 1
    assert ObservedNodes in seen.gaps


@pytest.mark.parametrize("labels", [["x"], {"x": 1}])
def test_an_object_with_a_name_blinds_no_other(tmp_path: Path, labels: object) -> None:
    broken = of("Node", "a", metadata={"labels": labels})

    seen = read(dump(tmp_path, nodes__json=listed(NODE, broken)))

    assert (set(fact(seen, ObservedNodes).nodes), set(fact(seen, ObservedNodes).unreadable)) == (
        {"k8s-api-auth"},
        {"a"},
    )


def test_many_objects_with_a_name_that_are_broken_are_counted_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_FAILURES", 3)
    broken = [of("Node", f"n{i}", spec=[]) for i in range(5)]

    seen = read(dump(tmp_path, nodes__json=listed(*broken)))

    assert len(seen.odd) == 3
    assert [one.message for one in seen.failures] == ["2 more objects could not be read"]
    assert len(fact(seen, ObservedNodes).unreadable) == 5


def test_many_broken_objects_are_counted_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_FAILURES", 3)
    broken = [of("Node", "", metadata={"name": ""})] * 9
    late = of("Pod", "", metadata={"name": ""})
    strange: list[Object] = [{"metadata": {}}] * 2

    seen = read(dump(tmp_path, cluster__json=listed(*broken, POD, late, *strange)))

    assert known(seen) == set()
    assert [one.part for one in seen.failures] == ["Node", "Node", "Node", "Pod", "", ""]
    assert seen.failures[-1].message == "7 more objects could not be read"


def test_nothing_that_can_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError) as caught:
        read(dump(tmp_path, a__json='{"kind": "List",\n"items": [', b__json=""))

    assert caught.value.reason is Reason.MALFORMED
    assert caught.value.path == "a.json"
    assert caught.value.line == 2
    assert "1 more" in caught.value.message


def test_json_of_something_else_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="holds no Kubernetes object"):
        read(dump(tmp_path, version__json='{"clientVersion": {}}'))


def test_json_of_something_else_beside_a_dump_is_passed_over(tmp_path: Path) -> None:
    files = {"version.json": '{"clientVersion": {}}', "cluster.json": listed(NODE)}

    seen = read(dump(tmp_path, **files))

    assert seen.failures == ()
    assert known(seen) == {"Nodes"}


def test_a_dump_that_leads_out_is_not_complete(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.json").write_text(listed(NODE))
    root = tmp_path / "dump"
    root.mkdir()
    dump(root, pods__json=listed(POD))
    (root / "more.json").symlink_to("../elsewhere.json")

    seen = read(root)

    assert known(seen) == {"Pods"}
    assert seen.failures[0].reason is Reason.OUTSIDE


def test_links_that_lead_nowhere_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "nodes.json").symlink_to("gone.json")

    with pytest.raises(ReadError, match=r"nodes\.json: cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("first", "second", "wins"),
    [
        pytest.param("9", "10", "second", id="newer"),
        pytest.param("10", "9", "first", id="older"),
        pytest.param("", "", "second", id="later"),
    ],
)
def test_of_an_object_that_stands_twice_the_newest_counts(
    tmp_path: Path, first: str, second: str, wins: str
) -> None:
    versions = {"first": first, "second": second}
    one, other = (
        of("Node", "a", spec={}, metadata={"resourceVersion": version, "labels": {"from": name}})
        for name, version in versions.items()
    )

    seen = read(dump(tmp_path, a__json=listed(one), b__json=listed(other)))

    assert fact(seen, ObservedNodes).nodes["a"].labels == {"from": wins}


def test_secrets_are_counted_and_not_kept(tmp_path: Path) -> None:
    seen = read(dump(tmp_path, cluster__json=listed(NODE, SECRET)))

    assert seen.items["Secret"] == 1
    assert "c2VjcmV0" not in repr(seen)


def test_kinds_without_end_are_counted_as_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_OTHER_KINDS", 3)
    strange = [of(f"Kind{i}", "a") for i in range(9)]

    seen = read(dump(tmp_path, cluster__json=listed(*strange, NODE)))

    assert seen.items == {"Kind0": 1, "Kind1": 1, "Kind2": 1, "other": 6, "Node": 1}


def test_an_application_of_another_group_is_none_of_argo_cds(tmp_path: Path) -> None:
    other = of("Application", "shop", api_version="app.k8s.io/v1beta1")

    assert known(read(dump(tmp_path, cluster__json=listed(NODE, other)))) == {"Nodes"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


def replaced(value: Any, path: list[int], with_: Any) -> Any:
    """Return a copy of *value* in which what *path* leads to is something else."""
    if not path or not isinstance(value, dict | list) or not value:
        return with_
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    chosen = keys[path[0] % len(keys)]
    copy = value.copy()
    copy[chosen] = replaced(value[chosen], path[1:], with_)
    return copy


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.lists(st.integers(0, 20), min_size=1, max_size=6), with_=JSON)
def test_whatever_stands_in_a_dump_is_a_fact_or_a_failure(
    tmp_path: Path, path: list[int], with_: Any
) -> None:
    full = {"cluster.json": json.dumps(replaced(json.loads(listed(*RICH)), path, with_))}

    try:
        seen = read(dump(tmp_path, **full))
    except ReadError:
        return

    assert bool(seen.gaps) <= bool(seen.failures)
    unreadable = (fact.unreadable for fact in seen.facts.values() if hasattr(fact, "unreadable"))
    assert any(unreadable) <= bool(seen.odd)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 5000), junk=st.binary(max_size=4))
def test_damaged_bytes_raise_nothing_but_a_read_error(tmp_path: Path, at: int, junk: bytes) -> None:
    whole = listed(*RICH).encode()

    with suppress(ReadError):
        read(dump(tmp_path, cluster__json=whole[:at] + junk + whole[at + len(junk) :]))


SERVICE = of("Service", "web", spec={"type": "ClusterIP"})
SERVICES = GroupKind("", "Service")
KEY = ObjectKey("", "Service", "api", "web")


def test_objects_of_other_kinds_are_known_by_group_kind_and_name(tmp_path: Path) -> None:
    widget = of("Widget", "a", api_version="example.org/v2", spec={"size": 1})

    seen = fact(read(dump(tmp_path, cluster__json=listed(NODE, SERVICE, widget))), ObservedObjects)

    assert seen.get(KEY) == ObservedObject(
        "v1", {"metadata": {"labels": {}, "annotations": {}}, "spec": {"type": "ClusterIP"}}
    )
    assert ObjectKey("example.org", "Widget", "api", "a") in seen


def test_secrets_of_a_dump_are_not_read(tmp_path: Path) -> None:
    seen = fact(read(dump(tmp_path, cluster__json=listed(SERVICE, SECRET))), ObservedObjects)

    assert set(seen.kinds) == {SERVICES}


@pytest.mark.parametrize(
    ("files", "looked_at"),
    [
        pytest.param({"cluster.json": listed(NODE)}, False, id="nothing of it"),
        pytest.param({"services.json": listed()}, True, id="a file named after it"),
        pytest.param({"web-services.json": listed()}, False, id="a file named otherwise"),
        pytest.param(
            {"x.json": '{"kind": "ServiceList", "apiVersion": "v1", "items": []}'},
            True,
            id="an empty list of it",
        ),
    ],
)
def test_a_kind_of_which_a_dump_shows_nothing_was_not_looked_at(
    tmp_path: Path, files: dict[str, Any], *, looked_at: bool
) -> None:
    dump(tmp_path, nodes__json=listed(NODE), **files)

    seen = fact(read(tmp_path), ObservedObjects)

    assert bool(seen.refusal(SERVICES)) != looked_at
    assert bool(seen.gap(KEY)) != looked_at


def test_a_broken_file_may_have_held_any_object_but_those_that_are_known(tmp_path: Path) -> None:
    dump(tmp_path, a__json=listed(NODE, SERVICE), x__json="{")

    seen = fact(read(tmp_path), ObservedObjects)

    assert seen.gap(KEY) is None
    assert seen.gap(KEY._replace(name="other")) is not None


def test_the_newest_version_of_an_object_counts(tmp_path: Path) -> None:
    old, new = (
        of("Service", "web", spec={"type": kind}, metadata={"resourceVersion": version})
        for kind, version in (("Old", "1"), ("New", "2"))
    )

    seen = fact(read(dump(tmp_path, a__json=listed(new, old))), ObservedObjects)

    found = seen.get(KEY)
    assert isinstance(found, ObservedObject)
    assert found.manifest["spec"] == {"type": "New"}
