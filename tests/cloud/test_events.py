"""Each change in AWS turns what it must, and nothing else; AWS is moto's server, over HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from exporter.domain.cloud import CloudKind
from exporter.domain.finding import Cause, Subject, Verdict
from tests.cloud.applied import Applied, permission_of
from tests.cloud.looks import Cluster, Turned, declared, look, turned

CHAT = 'module.node["k8s-api-chat"].aws_instance.this'
REDIS = 'module.node["k8s-redis"].aws_instance.this'
MASTER = "aws_security_group.master"
WORKER = "aws_security_group.worker"
TABLE = "module.network.aws_route_table.nodes"
SSH = "ingress tcp 22 203.0.113.0/24"
WORLD = "ingress tcp 22 0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class Scene:
    """The cluster, and what it looks like while all is well."""

    aws: str
    applied: Applied
    cluster: Cluster

    @property
    def ec2(self) -> Any:
        return self.applied.ec2

    def turned(self) -> Turned:
        return turned(self.cluster.find(WELL[self.aws]), self.cluster.find(look(self.aws)))


WELL: dict[str, Any] = {}


@pytest.fixture(scope="module")
def scene(aws: str, applied: Applied, cluster: Cluster) -> Scene:
    WELL[aws] = look(aws)
    return Scene(aws, applied, cluster)


def test_what_was_applied_passes_by_code_and_state(scene: Scene) -> None:
    found = scene.cluster.find(WELL[scene.aws])

    assert {key for key, one in found.items() if one.verdict is not Verdict.PASS} == set()
    assert sum(one.check == "cloud_instance" for one in found.values()) == 14
    assert sum(one.check == "cloud_network" for one in found.values()) == 6


def test_what_was_applied_passes_by_code_alone(scene: Scene, tmp_path: Path) -> None:
    alone = declared(tmp_path).running_on(WELL[scene.aws])

    found = alone.find(WELL[scene.aws])

    assert {key for key, one in found.items() if one.verdict is not Verdict.PASS} == set()


def test_a_node_is_followed_to_its_code(scene: Scene) -> None:
    found = scene.cluster.find(WELL[scene.aws])["node_instance k8s-api-chat"]

    assert found.detail.endswith(f"{scene.applied.ids[CHAT]} = {CHAT}")


def change(add: str, drop: str) -> Callable[[Scene, str], None]:
    def apply(scene: Scene, rule: str) -> None:
        group = scene.applied.ids[MASTER]
        direction, permission = permission_of(rule, own=group)
        for what in filter(None, (drop, add)):
            method = getattr(scene.ec2, f"{what}_security_group_{direction}")
            method(GroupId=group, IpPermissions=[permission])

    return apply


@pytest.fixture
def rule_added(scene: Scene) -> Iterator[Callable[[str], None]]:
    """Add rules to the master's group that are gone after the test."""
    added: list[str] = []

    def add(rule: str) -> None:
        change("authorize", "")(scene, rule)
        added.append(rule)

    yield add
    for rule in added:
        change("", "revoke")(scene, rule)


@pytest.fixture
def rule_removed(scene: Scene) -> Iterator[Callable[[str], None]]:
    """Remove rules of the master's group, which are back after the test."""
    removed: list[str] = []

    def remove(rule: str) -> None:
        change("", "revoke")(scene, rule)
        removed.append(rule)

    yield remove
    for rule in removed:
        change("authorize", "")(scene, rule)


def test_a_rule_added_by_hand_turns_its_group(
    scene: Scene, rule_added: Callable[[str], None]
) -> None:
    rule_added(SSH)

    assert scene.turned() == {("cloud_security_group", MASTER, "fail")}


def test_an_admin_port_that_was_opened_to_the_world_is_critical(
    scene: Scene, rule_added: Callable[[str], None]
) -> None:
    rule_added(WORLD)

    found = scene.cluster.find(look(scene.aws))

    assert turned(scene.cluster.find(WELL[scene.aws]), found) == {
        ("cloud_security_group", MASTER, "fail"),
        ("cloud_exposure", MASTER, "fail"),
    }
    assert WORLD in found[f"cloud_exposure {MASTER}"].detail


def test_a_removed_rule_turns_its_group(scene: Scene, rule_removed: Callable[[str], None]) -> None:
    rule_removed("ingress tcp 6443 10.8.0.0/16")

    found = scene.cluster.find(look(scene.aws))

    assert turned(scene.cluster.find(WELL[scene.aws]), found) == {
        ("cloud_security_group", MASTER, "fail")
    }
    assert "lacks ingress tcp 6443 10.8.0.0/16 (terraform/locals.tf:" in (
        found[f"cloud_security_group {MASTER}"].detail
    )


def test_a_widened_rule_is_one_that_lacks_and_one_that_nobody_declares(
    scene: Scene,
    rule_added: Callable[[str], None],
    rule_removed: Callable[[str], None],
) -> None:
    rule_removed("ingress tcp 6443 10.8.0.0/16")
    rule_added("ingress tcp 6443 0.0.0.0/0")

    found = scene.cluster.find(look(scene.aws))

    assert turned(scene.cluster.find(WELL[scene.aws]), found) == {
        ("cloud_security_group", MASTER, "fail"),
        ("cloud_exposure", MASTER, "fail"),
    }
    detail = found[f"cloud_security_group {MASTER}"].detail
    assert "lacks ingress tcp 6443 10.8.0.0/16" in detail
    assert "undeclared ingress tcp 6443 0.0.0.0/0" in detail


def test_a_lost_route_turns_its_table(scene: Scene) -> None:
    table = scene.applied.ids[TABLE]
    gateway = scene.applied.ids["module.network.aws_internet_gateway.this"]
    scene.ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")

    found = scene.turned()

    scene.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    assert found == {("cloud_network", TABLE, "fail")}


def test_a_changed_type_turns_the_instance(scene: Scene) -> None:
    instance = scene.applied.ids[REDIS]
    scene.ec2.stop_instances(InstanceIds=[instance])
    scene.ec2.modify_instance_attribute(InstanceId=instance, InstanceType={"Value": "t3.large"})
    scene.ec2.start_instances(InstanceIds=[instance])

    found = scene.cluster.find(look(scene.aws))

    scene.ec2.modify_instance_attribute(InstanceId=instance, InstanceType={"Value": "t3.small"})
    assert turned(scene.cluster.find(WELL[scene.aws]), found) == {
        ("cloud_instance_spec", REDIS, "fail")
    }
    assert "instance type is t3.large instead of t3.small" in (
        found[f"cloud_instance_spec {REDIS}"].detail
    )


def test_an_instance_that_no_code_knows_is_an_orphan(scene: Scene) -> None:
    chat = next(one for one in scene.cluster.cloud.of(CloudKind.INSTANCE) if one.address == CHAT)
    tag = {"Key": "kubernetes.io/cluster/production", "Value": "owned"}
    by_hand = [{"ResourceType": "instance", "Tags": [tag, {"Key": "Name", "Value": "by-hand"}]}]
    extra = scene.applied.make_instance(chat, TagSpecifications=by_hand)

    found = scene.turned()

    scene.ec2.terminate_instances(InstanceIds=[extra])
    assert found == {("cloud_orphan", extra, "fail")}


def test_a_volume_that_nothing_has_is_an_orphan(scene: Scene) -> None:
    tags = [{"Key": "kubernetes.io/cluster/production", "Value": "owned"}]
    volume = scene.ec2.create_volume(
        AvailabilityZone="ap-northeast-2a",
        Size=8,
        TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
    )["VolumeId"]

    found = scene.turned()

    scene.ec2.delete_volume(VolumeId=volume)
    assert found == {("cloud_orphan", volume, "fail")}


def test_a_stopped_instance_is_the_cause_of_its_lost_node(scene: Scene) -> None:
    instance = scene.applied.ids[CHAT]
    scene.ec2.stop_instances(InstanceIds=[instance])

    answer = look(scene.aws)
    found = scene.cluster.find(answer, scene.cluster.without("k8s-api-chat"))

    scene.ec2.start_instances(InstanceIds=[instance])
    assert turned(scene.cluster.find(WELL[scene.aws]), found) == {
        ("cloud_instance", CHAT, "fail"),
        ("node_ready", "k8s-api-chat", "unknown"),
    }
    ready = found["node_ready k8s-api-chat"]
    assert ready.cause == Cause("cloud_instance", Subject("Instance", "", CHAT))
    assert f"its instance {instance} is stopped" in ready.detail


def test_an_instance_that_was_terminated_and_its_node_are_one_failure(scene: Scene) -> None:
    instance = scene.applied.ids[REDIS]
    scene.ec2.terminate_instances(InstanceIds=[instance])

    found = scene.cluster.find(look(scene.aws), scene.cluster.without("k8s-redis"))

    failing = {key for key, one in found.items() if one.verdict is Verdict.FAIL}
    assert failing == {f"cloud_instance {REDIS}"}
    assert found["node_ready k8s-redis"].cause == Cause(
        "cloud_instance", Subject("Instance", "", REDIS)
    )
