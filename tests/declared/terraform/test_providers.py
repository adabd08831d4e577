import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.terraform.attribute_paths import first, follow, roots
from exporter.declared.terraform.language.values import Object, Origin, Unknown, Value, from_plain
from exporter.declared.terraform.pool_types import POOLS
from exporter.declared.terraform.providers import KINDS, address

AT = Origin("main.tf", 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("10.0.0.1", "10.0.0.1", id="plain"),
        pytest.param("10.0.0.1/24", "10.0.0.1", id="with-mask"),
        pytest.param("gw=10.0.0.254,ip=10.0.0.1/24", "10.0.0.1", id="cloud-init"),
        pytest.param("fd00::1", "fd00::1", id="v6"),
        pytest.param("ip=dhcp", "", id="dhcp"),
        pytest.param("", "", id="empty"),
    ],
)
def test_an_address_is_found_in_its_spellings(text: str, expected: str) -> None:
    assert address(text) == expected


@given(st.ip_addresses(), st.integers(0, 32))
def test_a_mask_never_changes_an_address(ip: object, mask: int) -> None:
    assert address(f"ip={ip}/{mask}") == str(ip)


def test_no_resource_is_both_a_node_and_a_pool_of_them() -> None:
    assert not KINDS.keys() & POOLS.keys()


def test_the_roots_of_a_kind_are_all_that_is_read_of_it() -> None:
    found = roots(KINDS["google_compute_instance"])

    assert found == [
        "name",
        "labels",
        "metadata",
        "metadata_startup_script",
        "machine_type",
        "zone",
        "network_interface",
        "project",
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("a.0.b", "x", id="block"),
        pytest.param("c.0.b", "y", id="block-written-as-an-object"),
        pytest.param("a.1.b", None, id="no-such-block"),
        pytest.param("none.b", None, id="no-attribute"),
        pytest.param("d.b", None, id="below-a-text"),
        pytest.param("e", None, id="null"),
        pytest.param("f", None, id="empty"),
    ],
)
def test_paths_lead_through_blocks(path: str, expected: str | None) -> None:
    data = {"a": [{"b": "x"}], "c": {"b": "y"}, "d": "text", "e": None, "f": ""}
    attributes = {name: from_plain(item, AT) for name, item in data.items()}

    found = follow(attributes, path.split("."))

    assert (None if found is None else found.data) == expected


def test_a_text_is_made_only_of_what_is_all_there() -> None:
    attributes = {name: from_plain(item, AT) for name, item in {"a": "x", "b": 1}.items()}

    found = first(attributes, ("{a}-{none}", "{a}-{b}"))

    assert found is not None
    assert found.data == "x-1"


def test_what_is_unknown_on_the_way_stays_so() -> None:
    hidden = Unknown("x.y", "is unknown")
    attributes = {"a": Value(Object({}, rest=hidden), AT), "b": Value(hidden, AT)}

    for path in ("a.name", "b.0.name"):
        found = follow(attributes, path.split("."))
        assert found is not None
        assert found.data is hidden
