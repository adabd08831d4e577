import pytest

from exporter.domain.fields import is_nothing, merge_key, same_quantity, same_value, text_of
from exporter.domain.json import Json


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(None, "", id="null"),
        pytest.param(True, "true", id="bool"),
        pytest.param(8080, "8080", id="number"),
        pytest.param(0.5, "0.5", id="fraction"),
        pytest.param("x", "x", id="text"),
        pytest.param({"password": "x"}, "an object", id="object"),
        pytest.param(["x"], "a list", id="list"),
        pytest.param(1 << 2000, hex(1 << 2000), id="number too long for decimal"),
    ],
)
def test_scalars_have_a_text_and_collections_only_a_name(value: Json, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("0.1", "100m", True, id="milli"),
        pytest.param("1Gi", "1024Mi", True, id="binary"),
        pytest.param("1G", "1Gi", False, id="decimal and binary"),
        pytest.param(1, "1", True, id="number"),
        pytest.param("1e3", "1k", True, id="exponent"),
        pytest.param("much", "much", True, id="no quantity, same text"),
        pytest.param("much", "1", False, id="no quantity"),
        pytest.param(True, "1", False, id="bool"),
        pytest.param(1 << 20_000, "1", False, id="number too long for decimal"),
    ],
)
def test_quantities_are_the_same_by_value(
    one: Json,
    other: Json,
    same: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    assert same_quantity(one, other) is same


def test_true_is_not_one() -> None:
    assert same_value(1, 1.0)
    assert not same_value(True, 1)  # noqa: FBT003 - a value


@pytest.mark.parametrize(
    ("item", "field", "key"),
    [
        pytest.param({"name": "a"}, "containers", ("a",), id="name"),
        pytest.param({"containerPort": 53}, "ports", ("53", "TCP"), id="default protocol"),
        pytest.param({"containerPort": 53, "protocol": ""}, "ports", ("53", "TCP"), id="empty"),
        pytest.param({"metadata": {"name": "d"}}, "volumeClaimTemplates", ("d",), id="nested"),
        pytest.param({"protocol": "UDP"}, "ports", None, id="part missing"),
        pytest.param({"name": ["a"]}, "env", None, id="odd key"),
        pytest.param("a", "env", None, id="no object"),
        pytest.param({"name": "a"}, "args", None, id="atomic list"),
    ],
)
def test_items_are_known_by_the_merge_keys_of_their_list(
    item: Json, field: str, key: tuple[str, ...] | None
) -> None:
    assert merge_key(item, field) == key


@pytest.mark.parametrize(
    ("value", "field", "nothing"),
    [
        pytest.param({"limits": {}, "claims": []}, "resources", True, id="empty inside"),
        pytest.param({"limits": {"cpu": 0}}, "resources", False, id="a member of a map"),
        pytest.param(False, "hostNetwork", True, id="false"),
        pytest.param(False, "automountServiceAccountToken", False, id="false that is kept"),
        pytest.param({}, "emptyDir", False, id="empty that is kept"),
        pytest.param(None, "replicas", True, id="null"),
    ],
)
def test_the_api_server_drops_what_is_empty_but_for_what_it_keeps(
    value: Json,
    field: str,
    nothing: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    assert is_nothing(value, field) is nothing
