"""Which hosts are nodes, and which group tells most of one."""

from collections.abc import Mapping, Sequence

import pytest

from exporter.declared.ansible.host_selection import order_groups, select_hosts
from exporter.declared.ansible.inventory import Inventory
from exporter.domain.errors import ReadError, Reason
from exporter.settings.declared import AnsibleSettings


def inventory(groups: Mapping[str, Sequence[str]]) -> Inventory:
    members: dict[str, tuple[str, ...]] = {"all": tuple(groups)}
    for host, names in groups.items():
        for name in names:
            members[name] = (*members.get(name, ()), host)
    return Inventory(groups={host: tuple(names) for host, names in groups.items()}, members=members)


def select(
    groups: Mapping[str, Sequence[str]],
    *,
    wanted: tuple[str, ...] = (),
    exclude: tuple[str, ...] = ("localhost", "bastion*"),
) -> list[str]:
    settings = AnsibleSettings(inventory="inv", groups=wanted, exclude=exclude)
    return select_hosts(inventory(groups), settings)


@pytest.mark.parametrize(
    ("groups", "hosts"),
    [
        pytest.param({"m": ["k8s_cluster"], "lb": ["haproxy"]}, ["m"], id="k8s_cluster"),
        pytest.param({"m": ["k3s_cluster"], "lb": []}, ["m"], id="k3s_cluster"),
        pytest.param(
            {"m": ["kube_master"], "n": ["kube_node"], "e": ["etcd"]}, ["m", "n"], id="kubespray"
        ),
        pytest.param({"n": ["kube_node"], "m": ["masters"]}, ["n", "m"], id="only half of it"),
        pytest.param({"m": ["masters"], "api": ["api"]}, ["m", "api"], id="any other layout"),
        pytest.param({"m": [], "bastion-1": [], "localhost": []}, ["m"], id="without the usual"),
        pytest.param({"m": [], "jump": ["bastion"]}, ["m"], id="without groups of that name"),
    ],
)
def test_nodes_are_the_hosts_of_a_cluster_group_or_all(
    groups: Mapping[str, Sequence[str]], hosts: list[str]
) -> None:
    assert select(groups) == hosts


def test_the_settings_name_the_groups() -> None:
    groups = {"m": ["k8s_cluster", "a"], "n": ["b"], "x": ["c"]}

    assert select(groups, wanted=("a", "b")) == ["m", "n"]


def test_the_settings_leave_hosts_and_groups_out() -> None:
    groups = {"m1": ["a"], "m2": ["a"], "n": ["b"], "o": []}

    assert select(groups, exclude=("m?", "b")) == ["o"]


def test_a_group_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ReadError, match="has no group 'nobody'") as caught:
        select({"m": []}, wanted=("nobody",))

    assert caught.value.reason is Reason.MISSING


@pytest.mark.parametrize(
    ("groups", "depths", "ordered"),
    [
        pytest.param(
            ["all", "api", "k8s_cluster", "workers"],
            {"api": 3, "workers": 2, "k8s_cluster": 1},
            ("api", "workers", "k8s_cluster"),
            id="deepest first",
        ),
        pytest.param(
            ["etcd", "kube_control_plane", "kube_node"],
            {},
            ("kube_control_plane", "kube_node", "etcd"),
            id="control plane before workers before etcd",
        ),
        pytest.param(["kube_node", "gpu"], {}, ("gpu", "kube_node"), id="purpose before worker"),
        pytest.param(["ungrouped"], {}, (), id="ungrouped tells nothing"),
    ],
)
def test_the_most_telling_group_comes_first(
    groups: list[str], depths: dict[str, int], ordered: tuple[str, ...]
) -> None:
    assert order_groups(groups, depths) == ordered
