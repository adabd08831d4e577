"""Places are found again in inventories of both formats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.ansible.inventory_lines import MAX_NAMES, expand_hosts, scan_ini, scan_yaml
from exporter.foreign import yaml

INI = """\
# a comment
lonely
[masters]
m1 ip=10.0.0.1 note="a b"

[workers]
node[01:03] zone=a
web-[a:c].example.com:2222
[workers:vars]
kube_version = v1.30.1
[cluster:children]
masters
workers
[masters]
m1 rack=r1
"""


def test_hosts_stand_where_they_are_first_named() -> None:
    lines = scan_ini(INI)

    assert lines.hosts["lonely"] == 2
    assert lines.hosts["m1"] == 4
    assert lines.hosts["node02"] == 7
    assert lines.hosts["web-c.example.com"] == 8


def test_variables_stand_where_they_are_set() -> None:
    lines = scan_ini(INI)

    assert lines.host_variables["m1", "ip"] == 4
    assert lines.host_variables["m1", "rack"] == 15
    assert lines.host_variables["node03", "zone"] == 7
    assert lines.group_variables["workers", "kube_version"] == 10


def test_groups_stand_where_they_begin() -> None:
    assert scan_ini(INI).groups == {"masters": 3, "workers": 6, "cluster": 11}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("[a]\nx y\n", 2, id="a host with a word behind it"),
        pytest.param('[a]\nx v="\n', 2, id="an open quote"),
        pytest.param("[a:vars]\nnothing\n", 2, id="a variable without value"),
        pytest.param("[a:what]\n", 1, id="an unknown kind of section"),
        pytest.param("[a b]\n", 1, id="a broken section"),
        pytest.param("[a]\nx\n", 0, id="nothing wrong"),
    ],
)
def test_the_line_that_ansible_would_not_take_is_found(text: str, line: int) -> None:
    assert scan_ini(text).problem == line


def test_yaml_inventories_are_searched_through_all_children() -> None:
    text = """\
all:
  vars:
    dns: x
  children:
    kube:
      hosts:
        n[1:2]:
          ip: 10.0.0.1
        plain:
      children:
        deep: {hosts: {d1: }}
"""

    lines = scan_yaml(yaml.load(text))

    assert lines.hosts == {"n1": 7, "n2": 7, "plain": 9, "d1": 11}
    assert lines.host_variables == {("n1", "ip"): 8, ("n2", "ip"): 8}
    assert lines.group_variables == {("all", "dns"): 3}
    assert lines.groups == {"all": 1, "kube": 5, "deep": 11}


@pytest.mark.parametrize("value", [None, [], "text", {"all": 3}, {"all": {"hosts": []}}])
def test_odd_shapes_have_no_lines(value: object) -> None:
    assert scan_yaml(value).hosts == {}


def test_what_a_huge_range_names_is_bounded() -> None:
    text = "[a]\n" + "x[0:99999999999][0:99999999]\n" * 3

    assert len(scan_ini(text).hosts) <= MAX_NAMES


def test_a_range_counts_in_steps_and_keeps_its_zeros() -> None:
    assert list(expand_hosts("n[08:12:2]")) == ["n08", "n10", "n12"]
    assert list(expand_hosts("r[a:b]s[1:2]")) == ["ras1", "ras2", "rbs1", "rbs2"]


@given(st.integers(0, 500), st.integers(0, 50), st.integers(1, 7))
def test_a_range_names_what_it_counts(first: int, length: int, step: int) -> None:
    names = list(expand_hosts(f"n[{first}:{first + length}:{step}]"))

    assert names == [f"n{number}" for number in range(first, first + length + 1, step)]


def test_a_huge_line_is_split_without_care() -> None:
    text = "[a]\nx " + "v='1' " * 100_000

    assert scan_ini(text).host_variables == {("x", "v"): 2}


@given(st.text(alphabet="ab[]:=0123 \n\"'#,-\\", max_size=80))
def test_any_text_is_scanned(text: str) -> None:
    lines = scan_ini(text)

    assert 0 <= lines.problem <= len(text.splitlines())


def test_long_names_count_more_than_short_ones() -> None:
    lines = scan_ini("[0:199999]" + "a" * 3000)

    assert 0 < sum(map(len, lines.hosts)) < 10_000_000


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("[0:1]" * 5000, id="more ranges than anybody writes"),
        pytest.param("[0:199999]" * 4 + "[1:0]", id="an empty range after huge ones"),
        pytest.param("[a:3]", id="from a letter to a number"),
    ],
)
def test_a_pattern_that_names_nothing_is_seen_at_once(pattern: str) -> None:
    assert list(expand_hosts(pattern)) == []
