import copy
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.json import Json
from exporter.domain.manifest import Difference, differences

TEMPLATE = "/spec/template/spec"
KEYS = st.sampled_from(
    [
        *("name", "env", "value", "valueFrom", "ports", "containerPort", "protocol", "labels"),
        *("limits", "image", "containers", "tolerations", "operator", "args", "replicas"),
        *("serviceAccount", "serviceAccountName", "a/b", "c~d"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["", "a", "b", "1", "100m", "0.1", "Equal"])
    | st.floats(allow_nan=False, allow_infinity=False)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def found(declared: Json, observed: Json, *ignored: str, at: str = "") -> list[Difference]:
    return list(differences(declared, observed, pointer=at, ignored=ignored))


def pointers(declared: Json, observed: Json, *ignored: str, at: str = "") -> list[str]:
    return [one.pointer for one in found(declared, observed, *ignored, at=at)]


def container(**fields: Any) -> Json:
    return {"containers": [{"name": "app", **fields}]}


@pytest.mark.parametrize(
    ("declared", "observed"),
    [
        pytest.param({"image": "a"}, {"image": "a", "imagePullPolicy": "Always"}, id="default"),
        pytest.param({"a": None}, {"a": 1}, id="null declares nothing"),
        pytest.param({"affinity": {}, "args": [], "x": None}, {}, id="empty is absent"),
        pytest.param({"securityContext": {"sysctls": []}}, {}, id="nested empty is absent"),
        pytest.param({"hostNetwork": False, "minReadySeconds": 0, "subPath": ""}, {}, id="zero"),
        pytest.param({"periodSeconds": 0}, {"periodSeconds": 10}, id="zero that is defaulted"),
        pytest.param({"protocol": ""}, {"protocol": "TCP"}, id="empty that is defaulted"),
        pytest.param(None, {"a": 1}, id="no declaration"),
        pytest.param({"limits": {"cpu": 0.5}}, {"limits": {"cpu": "500m"}}, id="number, milli"),
        pytest.param({"requests": {"x": "1Gi"}}, {"requests": {"x": "1024Mi"}}, id="binary"),
        pytest.param(
            {"limits": {"nvidia.com/gpu": 1}}, {"limits": {"nvidia.com/gpu": "1"}}, id="1"
        ),
        pytest.param(
            {"emptyDir": {"sizeLimit": "1Gi"}}, {"emptyDir": {"sizeLimit": "1024Mi"}}, id="s"
        ),
        pytest.param(
            {"initContainers": [{"name": "a"}, {"name": "b"}]},
            {"initContainers": [{"name": "x"}, {"name": "a"}, {"name": "y"}, {"name": "b"}]},
            id="injected init containers",
        ),
        pytest.param({"port": 8000}, {"port": "8000"}, id="int or string"),
        pytest.param({"image": "a"}, {"image": "docker.io/library/a:latest"}, id="image"),
        pytest.param({"maxSurge": "25%"}, {"maxSurge": "25%"}, id="percentage"),
        pytest.param(
            {"labels": {"phase": 1, "on": True}}, {"labels": {"phase": "1", "on": "true"}}, id="l"
        ),
        pytest.param({"serviceAccount": "x"}, {"serviceAccountName": "x"}, id="only the new name"),
        pytest.param(
            {"serviceAccount": "old", "serviceAccountName": "x"},
            {"serviceAccount": "x", "serviceAccountName": "x"},
            id="the deprecated name gives way",
        ),
        pytest.param(
            {"nodeSelector": {"a": "b"}}, {"nodeSelector": {"a": "b", "c": "d"}}, id="more"
        ),
    ],
)
def test_what_the_api_server_makes_of_a_declaration_is_no_difference(
    declared: Json, observed: Json
) -> None:
    assert found(declared, observed) == []


@pytest.mark.parametrize(
    ("declared", "observed", "pointer"),
    [
        pytest.param({"image": "a:1"}, {"image": "a:2"}, "/image", id="another value"),
        pytest.param({"image": "a"}, {"image": "a:1"}, "/image", id="another tag"),
        pytest.param({"a": True}, {"a": 1}, "/a", id="true is not one"),
        pytest.param({"a": 1}, {"a": "1"}, "/a", id="one is no text"),
        pytest.param({"a": 1}, {}, "/a", id="absent"),
        pytest.param(
            {"hostNetwork": False}, {"hostNetwork": True}, "/hostNetwork", id="switched on"
        ),
        pytest.param({"replicas": 0}, {"replicas": 3}, "/replicas", id="zero counts"),
        pytest.param({"replicas": 0}, {}, "/replicas", id="zero that the API keeps"),
        pytest.param({"labels": {"a": ""}}, {"labels": {}}, "/labels/a", id="empty label"),
        pytest.param({"limits": {"cpu": "1"}}, {"limits": {"cpu": "2"}}, "/limits/cpu", id="cpu"),
        pytest.param(
            {"limits": {"cpu": "x"}}, {"limits": {"cpu": "1"}}, "/limits/cpu", id="no cpu"
        ),
        pytest.param({"a": {"b": {"c": 1}}}, {"a": {}}, "/a/b", id="a lost object is told once"),
        pytest.param({"emptyDir": {}}, {"configMap": {"name": "x"}}, "/emptyDir", id="kept empty"),
        pytest.param({"command": ["a", "b"]}, {"command": ["b", "a"]}, "/command", id="order"),
        pytest.param(
            {"initContainers": [{"name": "a"}, {"name": "b"}]},
            {"initContainers": [{"name": "b"}, {"name": "x"}, {"name": "a"}]},
            "/initContainers",
            id="order of init containers",
        ),
        pytest.param({"args": ["a"]}, {"args": ["a", "b"]}, "/args", id="atomic list grown"),
        pytest.param({"args": []}, {"args": ["b"]}, "/args", id="atomic list not emptied"),
        pytest.param({"a": {"b": 1}}, {"a": "text"}, "/a", id="another shape"),
        pytest.param(
            {"labels": {"a/b": "c"}}, {"labels": {"a/b": "d"}}, "/labels/a~1b", id="escape"
        ),
        pytest.param(
            {"serviceAccountName": "a"}, {"serviceAccountName": "b"}, "/serviceAccountName", id="sa"
        ),
    ],
)
def test_a_declared_value_that_the_cluster_has_not_is_a_difference(
    declared: Json, observed: Json, pointer: str
) -> None:
    assert pointers(declared, observed) == [pointer]


def test_containers_are_matched_by_name_and_told_by_name_and_by_index() -> None:
    declared = {"containers": [{"name": "proxy", "image": "p"}, {"name": "app", "image": "a:1"}]}
    observed = {"containers": [{"name": "app", "image": "a:2"}, {"name": "proxy", "image": "p"}]}

    difference = found(
        {"spec": {"template": {"spec": declared}}}, {"spec": {"template": {"spec": observed}}}
    )

    assert difference == [
        Difference(
            f"{TEMPLATE}/containers/app/image", f"{TEMPLATE}/containers/1/image", "a:1", "a:2"
        )
    ]


@pytest.mark.parametrize(
    ("field", "declared", "observed", "pointer"),
    [
        pytest.param("env", [{"name": "A"}], [{"name": "B"}], "/env/A", id="env"),
        pytest.param("volumes", [{"name": "v"}], [], "/volumes/v", id="volumes"),
        pytest.param("imagePullSecrets", [{"name": "s"}], [], "/imagePullSecrets/s", id="secrets"),
        pytest.param(
            "volumeMounts",
            [{"mountPath": "/data", "readOnly": True}],
            [{"mountPath": "/cache"}, {"mountPath": "/data"}],
            "/volumeMounts/~1data/readOnly",
            id="mounts",
        ),
        pytest.param(
            "ports",
            [{"containerPort": 53, "protocol": "UDP", "name": "dns"}],
            [{"containerPort": 53, "protocol": "TCP", "name": "dns"}],
            "/ports/53:UDP",
            id="ports by protocol",
        ),
        pytest.param(
            "ports",
            [{"containerPort": 80, "name": "web"}],
            [{"containerPort": 80, "protocol": "TCP", "name": "http"}],
            "/ports/80:TCP/name",
            id="ports with the default protocol",
        ),
        pytest.param(
            "topologySpreadConstraints",
            [{"topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "maxSkew": 1}],
            [{"topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "maxSkew": 2}],
            "/topologySpreadConstraints/zone:DoNotSchedule/maxSkew",
            id="spread",
        ),
        pytest.param(
            "volumeClaimTemplates",
            [{"metadata": {"name": "d"}, "spec": {"resources": {"requests": {"storage": "2Gi"}}}}],
            [{"metadata": {"name": "d"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}],
            "/volumeClaimTemplates/d/spec/resources/requests/storage",
            id="claims",
        ),
    ],
)
def test_lists_with_a_merge_key_are_matched_by_it(
    field: str, declared: Json, observed: Json, pointer: str
) -> None:
    assert pointers({field: declared}, {field: observed}) == [pointer]


def test_an_item_without_its_key_makes_the_list_one_value() -> None:
    declared = {"containers": [{"image": "a"}]}

    assert pointers(declared, {"containers": [{"name": "x", "image": "a"}]}) == []
    assert pointers(declared, {"containers": [{"name": "x", "image": "b"}]}) == [
        "/containers/0/image"
    ]


def test_objects_in_an_atomic_list_may_have_defaults() -> None:
    declared: Json = {"sources": [{"serviceAccountToken": {"path": "t"}}]}
    observed: Json = {
        "sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 3600}}]
    }

    assert found(declared, observed) == []
    assert pointers(declared, {"sources": []}) == ["/sources"]


@pytest.mark.parametrize(
    ("declared", "observed", "same"),
    [
        pytest.param([{"key": "a"}, {"key": "b"}], [{"key": "b"}, {"key": "a"}], True, id="order"),
        pytest.param([{"key": "a", "operator": "Equal"}], [{"key": "a"}], True, id="default"),
        pytest.param([{"key": "a", "effect": ""}], [{"key": "a"}], True, id="empty effect"),
        pytest.param([{"key": "a"}], [], False, id="dropped"),
        pytest.param([{"key": "a"}], [{"key": "a"}, {"key": "b"}], False, id="added"),
        pytest.param([], [{"key": "b"}], False, id="added to none"),
        pytest.param(None, [{"key": "b"}], True, id="not declared"),
        pytest.param([{"key": "a", "tolerationSeconds": 0}], [{"key": "a"}], False, id="seconds"),
        pytest.param(["odd", 1, None], ["odd", 1], False, id="no tolerations at all"),
    ],
)
def test_declared_tolerations_are_a_set_and_all_of_them(
    declared: Json,
    observed: Json,
    same: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    assert (pointers({"tolerations": declared}, {"tolerations": observed}) == []) is same


class TestEnvironment:
    SECRET = "hunter2-secret"

    def difference(self, declared: Json, observed: Json) -> Difference:
        (difference,) = found({"env": [declared]}, {"env": [observed]})
        return difference

    def test_a_value_in_the_cluster_is_never_shown(self) -> None:
        difference = self.difference(
            {"name": "A", "value": "plain"}, {"name": "A", "value": self.SECRET}
        )

        assert (difference.pointer, difference.declared) == ("/env/A/value", "plain")
        assert re.fullmatch("sha256:[0-9a-f]{8}", str(difference.observed))

    def test_equal_values_have_equal_fingerprints(self) -> None:
        one, other, third = (
            self.difference({"name": "A", "value": "x"}, {"name": "A", "value": value}).observed
            for value in (self.SECRET, self.SECRET, "other")
        )

        assert one == other != third

    def test_a_value_in_place_of_a_reference_is_not_shown_either(self) -> None:
        reference = {"secretKeyRef": {"name": "db", "key": "password"}}

        difference = self.difference(
            {"name": "A", "valueFrom": reference}, {"name": "A", "value": self.SECRET}
        )

        assert (difference.pointer, difference.declared) == ("/env/A/valueFrom", reference)
        assert self.SECRET not in str(difference.observed)

    @pytest.mark.parametrize("declared", [{"name": "A"}, {"name": "A", "value": "x"}])
    def test_a_reference_in_place_of_a_value_is_a_difference(self, declared: Json) -> None:
        reference = {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}}

        difference = self.difference(declared, {"name": "A", "valueFrom": reference})

        assert difference.pointer == "/env/A/value"
        assert difference.observed == {"valueFrom": reference}

    @pytest.mark.parametrize(
        ("declared", "observed"),
        [
            pytest.param({"name": "A", "value": 8080}, {"name": "A", "value": "8080"}, id="number"),
            pytest.param({"name": "A", "value": ""}, {"name": "A"}, id="empty"),
            pytest.param(
                {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                {
                    "name": "A",
                    "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}},
                },
                id="reference with a default",
            ),
        ],
    )
    def test_equal_variables_are_equal(self, declared: Json, observed: Json) -> None:
        assert found({"env": [declared]}, {"env": [observed]}) == []

    def test_a_removed_variable_is_a_difference_and_an_added_one_is_not(self) -> None:
        a, b = {"name": "A", "value": "1"}, {"name": "B", "value": "2"}

        assert pointers({"env": [a, b]}, {"env": [a]}) == ["/env/B"]
        assert pointers({"env": [a]}, {"env": [a, b]}) == []

    def test_of_two_variables_with_one_name_the_last_counts(self) -> None:
        old, new = {"name": "A", "value": "1"}, {"name": "A", "value": "2"}

        assert found({"env": [old, new]}, {"env": [new]}) == []
        assert pointers({"env": [old, new]}, {"env": [old]}) == ["/env/A/value"]

    @pytest.mark.parametrize("part", ["", "/value", "/valueFrom"])
    def test_ignored_variables_are_not_compared(self, part: str) -> None:
        mine: Json = {"name": "A", "valueFrom": {"x": 1}} if part == "/valueFrom" else {"name": "A"}

        assert found({"env": [mine]}, {"env": [{"name": "A", "value": "z"}]}, f"/env/0{part}") == []


@pytest.mark.parametrize(
    "ignored",
    [
        "/spec/template/spec/containers/0/image",
        "/spec/template/spec/containers/0",
        "/spec/template",
        "/spec",
    ],
)
def test_an_ignored_pointer_hides_what_lies_at_or_below_it(ignored: str) -> None:
    declared = container(image="a:1")

    assert found(declared, container(image="a:2"), ignored, at=TEMPLATE) == []


@pytest.mark.parametrize("ignored", ["", "spec", "/", "/spec/templat", "/spec/template/spec/x"])
def test_another_pointer_hides_nothing(ignored: str) -> None:
    assert pointers(container(image="a"), container(image="b"), ignored, at=TEMPLATE) == [
        f"{TEMPLATE}/containers/app/image"
    ]


def test_ignored_pointers_are_unescaped() -> None:
    declared, observed = {"a/b~c": "1", "d": "1"}, {"a/b~c": "2", "d": "2"}

    assert pointers(declared, observed, "/labels/a~1b~0c", at="/labels") == ["/labels/d"]


def test_an_ignored_part_of_something_that_is_missing_is_not_missed() -> None:
    declared: Json = {"resources": {"limits": {"cpu": 1}}, "probe": {"a": 1, "b": 2}}

    assert pointers(declared, {}, "/resources/limits", "/probe/a") == ["/probe/b"]


def test_an_ignored_item_of_an_atomic_list_is_left_out_of_it() -> None:
    assert found({"args": ["a", "b"]}, {"args": ["a", "c"]}, "/args/1") == []
    assert pointers({"args": ["a", "b"]}, {"args": ["a", "c"]}, "/args/0") == ["/args"]


def test_a_value_of_another_shape_is_named_not_shown() -> None:
    observed: Json = {"containers": [{"name": "a", "env": [{"name": "A", "value": "s3cret"}]}]}

    (difference,) = found({"containers": "none"}, observed)

    assert difference.observed == "(a list)"


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param([None, 1, "x", [], {"name": []}, {"name": None}], id="odd items"),
        pytest.param({"containers": {"name": "x"}}, id="object"),
        pytest.param("x", id="text"),
        pytest.param(10**5000, id="number too long for decimal"),
    ],
)
def test_odd_shapes_are_differences_not_crashes(hostile: Json) -> None:
    for field in ("containers", "env", "ports", "tolerations", "limits", "labels", "value", "args"):
        for declared, observed in ((hostile, container()), ([{"name": "a"}], hostile)):
            assert isinstance(found({field: declared}, {field: observed}), list)
        assert found({field: {"x": hostile}}, {field: {"x": 1}})


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda one: {"a": one}, id="objects"),
        pytest.param(lambda one: {"a": [one]}, id="objects in lists"),
    ],
)
def test_depth_is_bounded(wrap: Callable[[Json], dict[str, Json]]) -> None:
    deep: Json = "bottom"
    other: Json = "another"
    adorned: Json = "bottom"
    for level in range(90):
        deep, other = wrap(deep), wrap(other)
        adorned = wrap(adorned) | ({"x": 1} if level > 60 else {})

    assert found(deep, deep) == []
    assert found(deep, adorned) == []
    assert len(found(deep, other)) == 1


@given(JSON)
def test_everything_is_what_it_is(value: Json) -> None:
    assert found(value, copy.deepcopy(value)) == []


@given(JSON, JSON)
def test_a_difference_can_be_ignored_by_its_position(one: Json, other: Json) -> None:
    positions = [difference.position for difference in found({"spec": one}, {"spec": other})]

    assert found({"spec": one}, {"spec": other}, *positions) == []


@given(JSON, JSON)
def test_a_position_leads_to_what_is_declared(one: Json, other: Json) -> None:
    for difference in found({"spec": one}, {"spec": other}):
        value: Any = {"spec": one}
        for token in difference.position.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            value = value[int(key)] if isinstance(value, list) else value.get(key)
        assert value == difference.declared


def defaulted(value: Any, field: str = "") -> Any:
    """Return *value* as if the API server had a default for every object in it."""
    if isinstance(value, list) and field != "tolerations":
        objects = all(isinstance(item, dict) for item in value)
        return [defaulted(item) for item in value] if objects else value
    if isinstance(value, dict) and value:
        return {key: defaulted(part, key) for key, part in value.items()} | {"default": "x"}
    return value


@given(JSON)
def test_what_the_cluster_adds_to_objects_is_no_difference(value: Json) -> None:
    assert found({"a": value}, {"a": defaulted(value)}) == []


@given(st.permutations([{"name": name, "image": name} for name in "abcd"]))
def test_the_order_of_keyed_items_does_not_count(items: Sequence[Json]) -> None:
    ordered = sorted(items, key=str)

    assert found({"containers": ordered}, {"containers": list(items)}) == []


@given(st.integers(0, 10**6), st.booleans())
def test_quantities_are_compared_by_value(milli: int, changed: bool) -> None:  # noqa: FBT001 - drawn
    declared = {"limits": {"cpu": milli / 1000}}
    observed = {"limits": {"cpu": f"{milli + changed}m"}}

    assert bool(found(declared, observed)) is changed
