"""``ansible-inventory`` runs on copies, runs nothing of them, and its errors have places."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from exporter.declared.ansible.ansible_inventory import ADVICE, read_inventory
from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.inventory import Inventory
from exporter.declared.ansible.inventory_variables import Host, read_variables
from exporter.declared.ansible.vault import is_secret
from exporter.declared.checkout import Checkout
from exporter.domain.errors import Reason

from .conftest import Repository


async def test_hosts_groups_and_variables_have_places(repository: Repository) -> None:
    checkout = repository(
        {
            "inv/hosts.ini": "[kube_node]\nn[1:2] ip=10.0.0.1\n[kube_node:vars]\nzone=a\n",
            "inv/more.yml": "pool:\n  hosts:\n    n2:\n      rack: r1\n    n3:\n",
        }
    )

    inventory = await read_inventory("inv", checkout=checkout)

    assert inventory.complete
    assert set(inventory.hosts) == {"n1", "n2", "n3"}
    assert str(inventory.places["n2"]) == "inv/hosts.ini:2 @ abc"
    assert str(inventory.places["n3"]) == "inv/more.yml:5 @ abc"
    assert inventory.groups["n2"] == ("kube_node", "pool")
    assert inventory.host_layers["n2"].place_of("rack").line == 4
    assert inventory.group_layers["kube_node"].place_of("zone").line == 4


async def test_nothing_of_the_repository_runs(repository: Repository, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    script = f"#!/bin/sh\ntouch {trace}\necho '{{}}'\n"
    plugin = f"open({str(trace)!r}, 'w')\n"
    checkout = repository(
        {
            "inv/hosts": "n1 evil=\"{{ lookup('pipe', 'touch " + str(trace) + "') }}\"\n",
            "inv/script.sh": script,
            "inv/script": script,
            "inv/dynamic.yml": "plugin: evil\n",
            "inv/inventory_plugins/evil.py": plugin,
            "inv/vars_plugins/evil.py": plugin,
            "inventory_plugins/evil.py": plugin,
            "filter_plugins/evil.py": plugin,
            "ansible.cfg": "[defaults]\ninventory_plugins = ./inventory_plugins\n"
            "vars_plugins = ./inv/vars_plugins\n[inventory]\nenable_plugins = evil, script\n",
        }
    )
    for name in ("inv/script.sh", "inv/script"):
        (checkout.root / name).chmod(0o755)

    inventory = await read_inventory("inv", checkout=checkout)

    assert not trace.exists()
    assert "n1" in inventory.hosts
    assert not inventory.complete
    assert {note.place.path for note in inventory.unresolved} == {
        "inv/script.sh",
        "inv/script",
        "inv/dynamic.yml",
    }


async def test_a_vaulted_value_does_not_break_the_rest(repository: Repository) -> None:
    vaulted = "!vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        6162\n"
    checkout = repository(
        {"hosts.yml": f"all:\n  hosts:\n    n1:\n      ip: 10.0.0.1\n      secret: {vaulted}"}
    )

    inventory = await read_inventory("hosts.yml", checkout=checkout)

    values = inventory.host_layers["n1"].values
    assert values["ip"] == "10.0.0.1"
    assert is_secret(values["secret"])
    assert inventory.complete


async def test_a_broken_inventory_names_its_line_but_no_content(repository: Repository) -> None:
    checkout = repository({"inv/good": "g1\n", "inv/hosts": "[a]\nx\ny password hunter2\n"})

    inventory = await read_inventory("inv", checkout=checkout)

    (failure,) = inventory.failures
    assert str(failure.place) == "inv/hosts:3 @ abc"
    assert failure.reason is Reason.MALFORMED
    assert failure.part == "inv/hosts"
    assert "hunter2" not in failure.message
    assert "password" not in failure.message
    assert "g1" in inventory.hosts
    assert not inventory.complete


async def test_an_inventory_without_hosts_is_complete(repository: Repository) -> None:
    inventory = await read_inventory("hosts", checkout=repository({"hosts": "[kube_node]\n"}))

    assert inventory.hosts == ()
    assert inventory.complete
    assert inventory.failures == ()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        pytest.param("nowhere", Reason.MISSING, id="missing"),
        pytest.param("../outside", Reason.OUTSIDE, id="outside"),
    ],
)
async def test_no_inventory_is_a_failure(path: str, reason: Reason, repository: Repository) -> None:
    inventory = await read_inventory(path, checkout=repository({}))

    assert [failure.reason for failure in inventory.failures] == [reason]
    assert not inventory.complete


async def test_without_ansible_the_failure_says_how_to_get_it(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))

    inventory = await read_inventory("hosts", checkout=repository({"hosts": "n1\n"}))

    (failure,) = inventory.failures
    assert failure.reason is Reason.TOOL
    assert failure.advice == ADVICE
    assert not inventory.complete


@pytest.mark.parametrize(
    ("output", "words"),
    [
        pytest.param("no JSON", "printed no JSON", id="no JSON"),
        pytest.param("[" * 100_000, "printed no JSON", id="deep JSON"),
    ],
)
async def test_another_program_of_that_name_is_found_out(
    output: str,
    words: str,
    repository: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tool = tmp_path / "ansible-inventory"
    (tmp_path / "output").write_text(output)
    tool.write_text(f"#!/bin/sh\ncat {tmp_path}/output\n")
    tool.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    inventory = await read_inventory("hosts", checkout=repository({"hosts": "n1\n"}))

    assert words in inventory.failures[0].message
    assert not inventory.complete


LAYERS = {
    "hosts.ini": "[top:children]\nleft\nright\n[left]\nn1 own=host\n[right]\nn1\nn2\n"
    "[all:vars]\na=ini-all\nb=ini-all\nc=ini-all\n[left:vars]\na=ini-left\nf=ini-left\n"
    "[right:vars]\na=ini-right\ng=ini-right\n[top:vars]\na=ini-top\nb=ini-top\n"
    "[early]\nn1\n[early:vars]\na=ini-early\ng=ini-early\nansible_group_priority=9\n",
    "group_vars/all.yml": "c: file-all\nd: file-all\ng: file-all\n",
    "group_vars/top/10.yml": "d: top-10\ne: top-10\n",
    "group_vars/top/20.yaml": "d: top-20\n",
    "group_vars/top.yml": "d: shadowed by the directory\n",
    "group_vars/left": "e: left-plain\nf: left-plain\n",
    "group_vars/left.yml": "e: shadowed by the plain one\n",
    "group_vars/right.json": '{"f": "right-json"}\n',
    "host_vars/n1.yml": "own: file\nh: file\n",
    "host_vars/n2/x.txt": "h: not read\n",
}


async def test_variables_override_each_other_as_in_ansible(repository: Repository) -> None:
    checkout = repository(LAYERS)
    inventory = await read_inventory("hosts.ini", checkout=checkout)

    variables = read_variables(inventory, folders=["."], documents=Documents(checkout))

    expected = ansible_says(checkout)
    assert {name: seen(host) for name, host in variables.hosts.items()} == expected
    found = variables.hosts["n1"].find("d")
    assert found is not None
    assert (found.place.path, found.place.line) == ("group_vars/top/20.yaml", 1)


def seen(host: Host) -> dict[str, object]:
    names = {name for layer in host.layers for name in layer.values}
    found = {name: host.find(name) for name in names - {"ansible_group_priority"}}
    return {name: stated.value for name, stated in found.items() if stated}


def ansible_says(checkout: Checkout) -> Mapping[str, object]:
    """Ask Ansible itself for the merged variables."""
    tool = Path(sys.executable).parent / "ansible-inventory"
    output = subprocess.run(
        [tool, "-i", "hosts.ini", "--list"], cwd=checkout.root, capture_output=True, check=True
    ).stdout
    hosts: Mapping[str, dict[str, object]] = json.loads(output)["_meta"]["hostvars"]
    return hosts


async def test_groups_of_kubespray_are_a_cluster(repository: Repository) -> None:
    checkout = repository({"hosts": "[kube_control_plane]\nm1\n[kube_node]\nn1\n[etcd]\nm1\n"})

    inventory: Inventory = await read_inventory("hosts", checkout=checkout)

    assert set(inventory.members["k8s_cluster"]) == {"m1", "n1"}
    assert inventory.groups["m1"] == ("etcd", "k8s_cluster", "kube_control_plane")
