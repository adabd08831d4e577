"""Host patterns select as Ansible's documentation says."""

import pytest

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.host_patterns import HostPatterns

POPULATION = HostPatterns(
    hosts=("m1", "w1", "w2", "db.example.com"),
    members={"masters": ("m1",), "workers": ("w1", "w2"), "all": ("m1", "w1", "w2")},
)


@pytest.mark.parametrize(
    ("pattern", "hosts"),
    [
        pytest.param("all", ["m1", "w1", "w2", "db.example.com"], id="all"),
        pytest.param("masters,w2", ["m1", "w2"], id="a group and a host"),
        pytest.param("masters:workers", ["m1", "w1", "w2"], id="colon"),
        pytest.param("all:!workers", ["m1", "db.example.com"], id="without"),
        pytest.param("!w1", ["m1", "w2", "db.example.com"], id="only without"),
        pytest.param("all:&workers:!w2", ["w1"], id="both"),
        pytest.param("w*", ["w1", "w2"], id="a shell pattern of hosts"),
        pytest.param("work*", ["w1", "w2"], id="a shell pattern of groups"),
        pytest.param("workers[0]", ["w1"], id="first"),
        pytest.param("workers[-1]", ["w2"], id="last"),
        pytest.param("workers[1:]", ["w2"], id="from the second"),
        pytest.param("workers[1:0]", ["w2"], id="up to 0 is one"),
        pytest.param("workers[0-1]", ["w1", "w2"], id="a slice with a dash"),
        pytest.param("workers[:1]", [], id="brackets without a first are those of a shell pattern"),
        pytest.param("w1 m1", ["w1", "m1"], id="blanks separate"),
        pytest.param("w1 m1,w2", ["w2"], id="but not where commas do"),
        pytest.param("masters:w1,w2", ["w2"], id="nor do colons"),
        pytest.param("masters;w1", [], id="semicolons never do"),
        pytest.param("w1:22", [], id="a port is part of the name"),
        pytest.param("[w1", ["w1"], id="a bracket that is not closed separates"),
        pytest.param("::1", ["::1"], id="an address has colons"),
        pytest.param(["masters", "w1:w2", "!w2"], ["m1", "w1"], id="a list"),
        pytest.param("nobody[-1]", [], id="last of nobody"),
        pytest.param("workers[0:1]", ["w1", "w2"], id="slice"),
        pytest.param("workers[0][0]", [], id="a slice of a slice"),
        pytest.param("workers" + "[0]" * 300, [], id="many slices"),
        pytest.param("nobody", [], id="nobody"),
        pytest.param("", ["m1", "w1", "w2", "db.example.com"], id="empty"),
        pytest.param("!", ["m1", "w1", "w2", "db.example.com"], id="without anything"),
        pytest.param("~w.*", ["w1", "w2"], id="a regular expression of hosts"),
        pytest.param("~(work|mast)ers", ["m1", "w1", "w2"], id="one of groups"),
        pytest.param("all:&~w[0-1]", ["w1"], id="a regular expression with brackets"),
        pytest.param("~1", [], id="one that matches only inside of names"),
        pytest.param("localhost", ["localhost"], id="localhost needs no inventory"),
    ],
)
def test_a_pattern_selects_hosts(pattern: str | list[str], hosts: list[str]) -> None:
    assert POPULATION.match(pattern) == hosts


@pytest.mark.parametrize("pattern", ["~(w+)+x", "all,&~[", "workers[5]", "workers[-5]", "w*[0]"])
def test_what_is_not_evaluated_is_said(pattern: str) -> None:
    with pytest.raises(UnresolvedError):
        POPULATION.match(pattern)
