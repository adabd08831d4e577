"""What a launch template says of its machines, the pool that starts with it says of its nodes."""

import base64
import json

import pytest

from exporter.declared.terraform.kubelet_arguments import Arguments, arguments_in
from exporter.declared.terraform.language.values import Origin, Value
from exporter.domain.declaration import LABELS, TAINTS, NodeGroup
from tests.declared.terraform.conftest import Declare

SCRIPT = "--kubelet-extra-args '--node-labels=tier=web --register-with-taints=only=web:NoSchedule'"
TEMPLATE = (
    'resource "aws_launch_template" "t" {\n name = "t"\n instance_type = "m5.large"\n'
    f' user_data = base64encode("/etc/eks/bootstrap.sh c {SCRIPT}")\n}}\n'
)
NODE_GROUP = 'resource "aws_eks_node_group" "g" {\n node_group_name = "g"\n %s\n}\n'
SCALING_GROUP = 'resource "aws_autoscaling_group" "g" {\n name = "g"\n max_size = 3\n %s\n}\n'


def group(declare: Declare, text: str) -> NodeGroup:
    (found,) = declare({"main.tf": text}).groups
    return found


def values(found: NodeGroup) -> tuple[dict[str, str], set[str], list[str]]:
    return (
        {key: one.value for key, one in found.node_labels.items()},
        {str(one.value) for one in found.taints or ()},
        [one.value for one in found.instance_types],
    )


@pytest.mark.parametrize(
    ("pool", "extra"),
    [
        pytest.param(
            NODE_GROUP % "launch_template {\n id = aws_launch_template.t.id\n }", "", id="EKS"
        ),
        pytest.param(
            NODE_GROUP % "launch_template {\n name = aws_launch_template.t.name\n }", "", id="name"
        ),
        pytest.param(
            NODE_GROUP % "launch_template {\n id = local.id\n }",
            'locals {\n id = var.own ? aws_launch_template.t.id : "lt-1"\n}\n',
            id="by way of a local",
        ),
        pytest.param(
            SCALING_GROUP % "launch_template {\n id = aws_launch_template.t.id\n }", "", id="ASG"
        ),
        pytest.param(
            SCALING_GROUP % "launch_configuration = aws_launch_configuration.t.name",
            TEMPLATE.replace("launch_template", "launch_configuration"),
            id="launch configuration",
        ),
    ],
)
def test_a_pool_has_what_its_template_gives_its_machines(
    pool: str, extra: str, declare: Declare
) -> None:
    found = group(declare, TEMPLATE + extra + pool)

    assert values(found) == ({"tier": "web"}, {"only=web:NoSchedule"}, ["m5.large"])
    assert not found.unknown


def test_a_policy_of_mixed_instances_says_the_types_itself(declare: Declare) -> None:
    policy = (
        "mixed_instances_policy {\n launch_template {\n launch_template_specification {\n"
        " launch_template_id = aws_launch_template.t.id\n }\n }\n }"
    )

    found = group(declare, TEMPLATE + SCALING_GROUP % policy)

    assert values(found) == ({"tier": "web"}, {"only=web:NoSchedule"}, [])


def test_what_a_template_that_is_not_at_hand_says_is_unknown(declare: Declare) -> None:
    found = group(declare, NODE_GROUP % "launch_template {\n id = var.template\n }")

    assert set(found.unknown) == {LABELS, TAINTS}


def test_a_template_without_user_data_says_nothing_of_labels(declare: Declare) -> None:
    template = 'resource "aws_launch_template" "t" {\n instance_type = "m5.large"\n}\n'
    pool = NODE_GROUP % "launch_template {\n id = aws_launch_template.t.id\n }"

    found = group(declare, template + pool)

    assert (values(found), found.unknown) == (({}, set(), ["m5.large"]), {})


def test_what_the_autoscaler_is_told_of_a_group_its_nodes_have(declare: Declare) -> None:
    tag = (
        'tag {\n key = "k8s.io/cluster-autoscaler/node-template/label/tier"\n value = "web"\n'
        " propagate_at_launch = true\n }"
    )

    found = group(declare, SCALING_GROUP % tag)

    assert (values(found)[0], found.taints) == ({"tier": "web"}, None)


BOTTLEROCKET = """
[settings.kubernetes]
cluster-name = "c"
[settings.kubernetes.node-labels]
"tier" = "web"
[settings.kubernetes.node-taints]
"only" = ["web:NoSchedule", ":NoExecute"]
"""


@pytest.mark.parametrize("encode", [str, lambda text: base64.b64encode(text.encode()).decode()])
def test_user_data_of_bottlerocket_is_read(encode: type[str]) -> None:
    found = arguments_in(Value(encode(BOTTLEROCKET), Origin("main.tf", 1)))

    assert found.labels == {"tier": "web"}
    assert {str(one) for one in found.taints} == {"only=web:NoSchedule", "only:NoExecute"}


@pytest.mark.parametrize(
    "text",
    [
        BOTTLEROCKET.replace('"web"', '"${tier}"'),
        BOTTLEROCKET.replace('"c"', "c"),
        BOTTLEROCKET.replace('["web', '[["web"], "web'),
        BOTTLEROCKET.replace('"tier" = "web"', '"tier" = 5'),
        "kubelet:\n  config:\n    registerWithTaints:\n      - key: a\n",
    ],
)
def test_what_is_not_understood_of_user_data_is_not_known(text: str) -> None:
    found = arguments_in(Value(text, Origin("main.tf", 1)))

    assert found == Arguments(unresolved=found.unresolved)
    assert found.unresolved


def in_state(**template: str) -> str:
    group = {
        "node_group_name": "g",
        "launch_template": [{"id": "lt-1", "name": "t", "version": "1"}],
        "scaling_config": [{"min_size": 1, "max_size": 2}],
    }
    found = [("aws_eks_node_group", group)]
    found += [("aws_launch_template", {"id": "lt-1", **template})] if template else []
    resources = [
        {"mode": "managed", "type": kind, "name": "r", "instances": [{"attributes": attributes}]}
        for kind, attributes in found
    ]
    return json.dumps({"version": 4, "resources": resources})


def test_a_state_has_templates_by_their_ids(declare: Declare) -> None:
    data = base64.b64encode(f"/etc/eks/bootstrap.sh c {SCRIPT}".encode()).decode()
    text = in_state(user_data=data, instance_type="m5.large")

    (found,) = declare({"s.tfstate": text}, path="s.tfstate").groups

    assert values(found) == ({"tier": "web"}, {"only=web:NoSchedule"}, ["m5.large"])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(in_state(), id="another state's"),
        pytest.param(in_state(user_data="a" * 40), id="a hash"),
        pytest.param(in_state(user_data="--node-taint=hunter2"), id="malformed"),
    ],
)
def test_what_a_state_does_not_have_of_a_template_is_unknown(text: str, declare: Declare) -> None:
    reading = declare({"s.tfstate": text}, path="s.tfstate")

    (found,) = reading.groups
    assert set(found.unknown) == {LABELS, TAINTS}
    assert "hunter2" not in str((reading.unresolved, found.unknown, reading.failures))
