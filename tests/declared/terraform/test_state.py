import json
from collections.abc import Callable
from typing import Any

import pytest

from exporter.domain.declaration import Attribute, Reading
from exporter.domain.errors import Reason
from exporter.domain.taints import Taint

Declare = Callable[..., Reading]

SECRET = "hunter2"

AWS: dict[str, Any] = {
    "id": "i-0abc",
    "instance_type": "t3.micro",
    "availability_zone": "ap-northeast-2a",
    "private_ip": "10.0.0.5",
    "tags": {"Name": "k8s-api-auth", "Role": "worker", "Domain": "auth", "Password": SECRET},
    "user_data": "kubelet --node-labels=role=api --register-with-taints=domain=auth:NoSchedule",
    "password_data": SECRET,
    "root_block_device": [{"kms_key_id": SECRET}],
}


def resource(attributes: Any, *, kind: str = "aws_instance", **more: Any) -> dict[str, Any]:
    return {
        "mode": "managed",
        "type": kind,
        "name": "this",
        "instances": [{"attributes": attributes}],
        **more,
    }


def state(*resources: dict[str, Any], **more: Any) -> str:
    document = {"version": 4, "terraform_version": "1.9.0", "resources": resources, **more}
    return json.dumps({**document, "outputs": {"password": {"value": SECRET}}})


def shown(key: str, attributes: Any) -> str:
    one = {
        "address": 'module.a["x"].aws_instance.this',
        "mode": "managed",
        "type": "aws_instance",
        "name": "this",
        "values": attributes,
        "sensitive_values": {},
    }
    module = {"child_modules": [{"address": "module.a", "resources": [one]}]}
    return json.dumps({"format_version": "1.2", key: {"root_module": module}})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(state(resource(AWS)), id="state-file"),
        pytest.param("\ufeff" + state(resource(AWS)), id="byte-order-mark"),
        pytest.param(shown("values", AWS), id="shown-state"),
        pytest.param(shown("planned_values", AWS), id="shown-plan"),
    ],
)
def test_the_format_shows_by_itself(declare: Declare, text: str) -> None:
    reading = declare({"s": text}, path="s", tags={"Domain": "domain"})

    node, spoken = reading.nodes
    assert node.name == "k8s-api-auth"
    assert (node.place.path, node.place.line) == ("s", 0)
    assert node.groups == ("worker",)
    assert {key: label.value for key, label in node.labels.items()} == {"domain": "auth"}
    assert {key: attribute.value for key, attribute in node.attributes.items()} == {
        Attribute.INSTANCE_TYPE: "t3.micro",
        Attribute.ZONE: "ap-northeast-2a",
        Attribute.INTERNAL_IP: "10.0.0.5",
        Attribute.PROVIDER_ID: "aws:///ap-northeast-2a/i-0abc",
    }
    assert {key: label.value for key, label in spoken.labels.items()} == {"role": "api"}
    assert [taint.value for taint in spoken.taints] == [Taint.parse("domain=auth:NoSchedule")]
    assert reading.complete


def test_nothing_of_a_state_comes_out_that_is_not_asked_for(declare: Declare) -> None:
    broken = {**AWS, "tags": SECRET, "user_data": f"--register-with-taints={SECRET}"}
    malformed = {**AWS, "user_data": f"--register-with-taints={SECRET}"}
    filled_in = {**AWS, "user_data": f"--node-labels=a=${SECRET}"}

    reading = declare({"s": state(*map(resource, (AWS, broken, malformed, filled_in)))}, path="s")

    assert len(reading.failures) == 2
    assert len(reading.unresolved) == 1
    assert SECRET not in repr(reading)


@pytest.mark.parametrize(
    ("kind", "attributes", "name", "expected"),
    [
        pytest.param(
            "google_compute_instance",
            {
                "name": "n1",
                "project": "p",
                "zone": "europe-west1-b",
                "machine_type": "e2-medium",
                "network_interface": [{"network_ip": "10.1.0.2", "access_config": [{}]}],
                "metadata": {"ssh-keys": SECRET},
            },
            "n1",
            {
                Attribute.INSTANCE_TYPE: "e2-medium",
                Attribute.ZONE: "europe-west1-b",
                Attribute.INTERNAL_IP: "10.1.0.2",
                Attribute.PROVIDER_ID: "gce://p/europe-west1-b/n1",
            },
            id="google",
        ),
        pytest.param(
            "azurerm_linux_virtual_machine",
            {
                "id": "/subscriptions/S/resourceGroups/My-RG/providers/X/virtualMachines/n",
                "name": "vm",
                "computer_name": "n",
                "size": "Standard_D2s_v3",
                "location": "Korea Central",
                "zone": "1",
                "private_ip_address": "10.0.0.4",
            },
            "n",
            {
                Attribute.INSTANCE_TYPE: "Standard_D2s_v3",
                Attribute.ZONE: "koreacentral-1",
                Attribute.INTERNAL_IP: "10.0.0.4",
                Attribute.PROVIDER_ID: (
                    "azure:///subscriptions/S/resourceGroups/my-rg/providers/X/virtualMachines/n"
                ),
            },
            id="azure",
        ),
        pytest.param(
            "hcloud_server",
            {
                "id": "42",
                "name": "n",
                "server_type": "cx22",
                "datacenter": "fsn1-dc14",
                "network": [{"ip": "10.0.0.2", "alias_ips": []}],
            },
            "n",
            {
                Attribute.INSTANCE_TYPE: "cx22",
                Attribute.ZONE: "fsn1-dc14",
                Attribute.INTERNAL_IP: "10.0.0.2",
                Attribute.PROVIDER_ID: "hcloud://42",
            },
            id="hetzner",
        ),
        pytest.param(
            "openstack_compute_instance_v2",
            {
                "id": "u-u",
                "name": "n",
                "flavor_name": "m1.small",
                "availability_zone": "nova",
                "access_ip_v4": "10.0.0.9",
                "network": [],
            },
            "n",
            {
                Attribute.INSTANCE_TYPE: "m1.small",
                Attribute.ZONE: "nova",
                Attribute.INTERNAL_IP: "10.0.0.9",
                Attribute.PROVIDER_ID: "openstack:///u-u",
            },
            id="openstack",
        ),
        pytest.param(
            "digitalocean_droplet",
            {"id": "7", "name": "n", "size": "s-1vcpu-1gb", "ipv4_address_private": "10.0.0.3"},
            "n",
            {
                Attribute.INSTANCE_TYPE: "s-1vcpu-1gb",
                Attribute.INTERNAL_IP: "10.0.0.3",
                Attribute.PROVIDER_ID: "digitalocean://7",
            },
            id="digitalocean",
        ),
        pytest.param(
            "proxmox_vm_qemu",
            {"name": "n", "ipconfig0": "ip=dhcp", "default_ipv4_address": "10.0.0.6"},
            "n",
            {Attribute.INTERNAL_IP: "10.0.0.6"},
            id="proxmox",
        ),
        pytest.param(
            "proxmox_virtual_environment_vm",
            {
                "name": "n",
                "initialization": [{"ip_config": [{"ipv4": [{"address": "10.0.0.7/24"}]}]}],
            },
            "n",
            {Attribute.INTERNAL_IP: "10.0.0.7"},
            id="proxmox-ve",
        ),
        pytest.param(
            "libvirt_domain",
            {"name": "n", "network_interface": [{"addresses": ["10.0.0.8"]}]},
            "n",
            {Attribute.INTERNAL_IP: "10.0.0.8"},
            id="libvirt",
        ),
        pytest.param(
            "vsphere_virtual_machine",
            {
                "name": "vm",
                "clone": [
                    {
                        "customize": [
                            {
                                "linux_options": [{"host_name": "n"}],
                                "network_interface": [{"ipv4_address": "10.0.0.1"}],
                            }
                        ]
                    }
                ],
            },
            "n",
            {Attribute.INTERNAL_IP: "10.0.0.1"},
            id="vsphere",
        ),
    ],
)
def test_each_provider_has_its_own_attributes(
    declare: Declare,
    kind: str,
    attributes: dict[str, Any],
    name: str,
    expected: dict[Attribute, str],
) -> None:
    reading = declare({"s": state(resource(attributes, kind=kind))}, path="s")

    (node,) = reading.nodes
    assert node.name == name
    assert {key: attribute.value for key, attribute in node.attributes.items()} == expected
    assert not reading.failures


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(resource(AWS, mode="data"), id="data-source"),
        pytest.param(resource(AWS, kind="aws_vpc"), id="other-resource"),
        pytest.param(resource(AWS, instances=[]), id="no-instance"),
        pytest.param(resource(AWS, instances=[{"attributes": AWS, "deposed": "d1"}]), id="deposed"),
    ],
)
def test_what_is_no_node_is_passed_over(declare: Declare, one: dict[str, Any]) -> None:
    reading = declare({"s": state(one)}, path="s")

    assert not reading.nodes
    assert reading.complete


def test_a_pool_in_a_state_hides_its_nodes(declare: Declare) -> None:
    reading = declare({"s": state(resource({}, kind="aws_autoscaling_group"))}, path="s")

    assert not reading.complete
    assert len(reading.unresolved) == 1


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param(None, id="null"),
        pytest.param({}, id="empty"),
        pytest.param({**AWS, "tags": None}, id="no-tags"),
        pytest.param({**AWS, "tags": {"Name": ""}}, id="empty-name"),
    ],
)
def test_a_node_without_a_name_is_a_notice(declare: Declare, attributes: Any) -> None:
    reading = declare({"s": state(resource(attributes))}, path="s")

    assert not reading.nodes
    assert not reading.complete
    assert "aws_instance.this has no tags.Name" in reading.unresolved[0].message


@pytest.mark.parametrize(
    ("content", "reason", "message"),
    [
        pytest.param('{"version": 3, "modules": []}', Reason.UNSUPPORTED, "version 3", id="v3"),
        pytest.param('{"format_version": "2.0"}', Reason.UNSUPPORTED, "format_version", id="v2"),
        pytest.param('{"encryption_version": "v0"}', Reason.UNSUPPORTED, "encrypted", id="secret"),
        pytest.param("{}", Reason.UNSUPPORTED, "neither a state file nor", id="other-json"),
        pytest.param(b"PK\x03\x04...", Reason.UNSUPPORTED, "saved plan", id="binary-plan"),
        pytest.param("[]", Reason.MALFORMED, "is no Terraform state", id="list"),
        pytest.param('{"version": "4"}', Reason.MALFORMED, "is no Terraform state", id="type"),
        pytest.param('{\n"version": 4,\n!', Reason.MALFORMED, "malformed", id="no-json"),
        pytest.param("", Reason.MALFORMED, "truncated", id="empty"),
        pytest.param(b"\xff\xfe{\x00", Reason.MALFORMED, "malformed", id="utf-16"),
        pytest.param('{"a":' * 100_000, Reason.MALFORMED, "nested too deeply", id="deep"),
        pytest.param(
            '{"format_version":"1.0","values":{"root_module":'
            + '{"child_modules":[' * 60
            + "{}"
            + "]}" * 60
            + "}}",
            Reason.MALFORMED,
            "nested too deeply",
            id="deep-modules",
        ),
    ],
)
def test_what_is_no_state_is_refused(
    declare: Declare, content: str | bytes, reason: Reason, message: str
) -> None:
    reading = declare({"s.json": content}, path="s.json")

    (failure,) = reading.failures
    assert failure.reason is reason
    assert message in failure.message
    assert failure.advice
    assert failure.place.path == "s.json"
    assert not reading.complete


def test_malformed_json_is_refused_at_its_line(declare: Declare) -> None:
    reading = declare({"s.json": '{\n"version": 4,\n!'}, path="s.json")

    assert reading.failures[0].place.line == 3


def test_a_huge_file_is_refused(declare: Declare) -> None:
    reading = declare({"s.json": b" " * (33 << 20)}, path="s.json")

    assert [failure.reason for failure in reading.failures] == [Reason.TOO_LARGE]


def test_an_empty_state_declares_no_nodes(declare: Declare) -> None:
    reading = declare({"s.json": '{"format_version": "1.0"}'}, path="s.json")

    assert not reading.nodes
    assert not reading.failures
    assert reading.complete


def test_an_attribute_that_is_no_text_is_told_and_loses_no_other_node(declare: Declare) -> None:
    odd = {**AWS, "id": {"a": 1}, "tags": {"Name": "odd"}}

    reading = declare({"a.tfstate": state(resource(odd), resource(AWS))}, path="a.tfstate")

    assert {node.name for node in reading.nodes} >= {"odd", "k8s-api-auth"}


@pytest.mark.parametrize("place", ['"type": "', '"id": "'])
def test_a_byte_that_is_not_utf_8_is_a_failure(declare: Declare, place: str) -> None:
    broken = state(resource(AWS)).encode().replace(place.encode(), place.encode() + b"\x80")

    reading = declare({"a.tfstate": broken}, path="a.tfstate")

    assert len(reading.failures) == 1
