"""What types of resources and modules make: in doubt nobody knows."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from exporter.declared.terraform import registry_modules
from exporter.declared.terraform.pool_types import POOLS
from exporter.declared.terraform.providers import KINDS
from exporter.declared.terraform.resource_types import NEITHER, OBJECTS, Role, layer_of, role_of
from exporter.domain.finding import Layer


@pytest.mark.parametrize("words", [*NEITHER.values(), *registry_modules.NEITHER.values()])
def test_the_tables_are_sorted_and_name_each_once(words: str) -> None:
    assert words.split() == sorted(set(words.split()))


def test_no_type_has_two_roles() -> None:
    assert {role_of(kind) for kind in KINDS} == {Role.NODE}
    assert {role_of(kind) for kind in POOLS} == {Role.POOL}
    words = [word.removesuffix("*") for some in NEITHER.values() for word in some.split()]
    assert not [word for word in words if word.startswith(tuple(OBJECTS))]
    for word in (word for some in NEITHER.values() for word in some.split()):
        if word.endswith("*"):
            assert not [kind for kind in (*KINDS, *POOLS) if kind.startswith(word[:-1])]


@pytest.mark.parametrize(
    "kind",
    [
        *("aws_vpc", "aws_subnet", "aws_s3_bucket", "aws_iam_role", "aws_route53_record"),
        *("aws_security_group_rule", "aws_launch_template", "google_compute_network"),
        *("google_dns_record_set", "google_project_service", "azurerm_resource_group"),
        *("azurerm_virtual_network", "azurerm_network_interface", "digitalocean_vpc"),
        *("hcloud_network_subnet", "openstack_networking_network_v2", "null_resource"),
        *("random_password", "local_file", "tls_private_key", "time_sleep", "terraform_data"),
        *("cloudflare_record", "vault_generic_secret", "github_repository"),
    ],
)
def test_what_makes_no_nodes_is_known(kind: str) -> None:
    assert role_of(kind) is Role.NEITHER


@pytest.mark.parametrize(
    "kind",
    [
        *("aws_ec2_fleet", "aws_lightsail_instance"),
        *("aws_cloudformation_stack", "azurerm_resource_group_template_deployment"),
        *("azurerm_windows_virtual_machine", "digitalocean_droplet_autoscale"),
        *("google_compute_instance_from_machine_image", "oci_core_cluster_network"),
        *("openstack_containerinfra_cluster_v1", "openstack_orchestration_stack_v1"),
        *("proxmox_virtual_environment_container", "scaleway_baremetal_server"),
        *("rke_cluster", "rancher2_cluster", "talos_machine_configuration_apply"),
        *("azapi_resource", "acme", "aws", "", "anything_else"),
    ],
)
def test_what_may_make_nodes_is_not_known_to_make_none(kind: str) -> None:
    assert role_of(kind) is Role.UNKNOWN


KNOWN_PROVIDERS = {
    name.partition("_")[0]
    for name in (*KINDS, *POOLS, *OBJECTS, *(w for some in NEITHER.values() for w in some.split()))
}


@given(st.from_regex(r"[a-z]{2,9}_[a-z0-9_]{2,30}", fullmatch=True))
def test_no_type_of_a_provider_that_nobody_knows_is_taken_for_harmless(kind: str) -> None:
    assume(kind.partition("_")[0] not in KNOWN_PROVIDERS)

    assert role_of(kind) is Role.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "layer"),
    [
        ("helm_release", Layer.APPLICATIONS),
        ("kubernetes_deployment_v1", Layer.APPLICATIONS),
        ("kubernetes_manifest", Layer.APPLICATIONS),
        ("kubectl_manifest", Layer.APPLICATIONS),
        ("kustomization_resource", Layer.APPLICATIONS),
        ("argocd_application", Layer.GITOPS),
        ("flux_bootstrap_git", Layer.GITOPS),
    ],
)
def test_objects_of_the_cluster_are_of_a_layer(kind: str, layer: Layer) -> None:
    assert (role_of(kind), layer_of(kind)) == (Role.OBJECT, layer)


@pytest.mark.parametrize(
    ("source", "known"),
    [
        pytest.param("terraform-aws-modules/vpc/aws", True, id="registry"),
        pytest.param("registry.terraform.io/terraform-aws-modules/vpc/aws", True, id="host"),
        pytest.param("registry.opentofu.org/terraform-aws-modules/vpc/aws", True, id="OpenTofu"),
        pytest.param("terraform-aws-modules/iam/aws//modules/iam-role", True, id="part"),
        pytest.param("cloudposse/label/null", True, id="another provider"),
        pytest.param("github.com/terraform-aws-modules/terraform-aws-vpc", True, id="GitHub"),
        pytest.param(
            "git::https://github.com/terraform-aws-modules/terraform-aws-s3-bucket.git?ref=v4",
            True,
            id="Git",
        ),
        pytest.param(
            "git@github.com:terraform-google-modules/terraform-google-network.git",
            True,
            id="SSH",
        ),
        pytest.param("terraform-aws-modules/eks/aws", False, id="EKS"),
        pytest.param("terraform-aws-modules/autoscaling/aws", False, id="auto scaling"),
        pytest.param("terraform-google-modules/kubernetes-engine/google", False, id="GKE"),
        pytest.param("Azure/aks/azurerm", False, id="AKS"),
        pytest.param("acme/vpc/aws", False, id="another owner"),
        pytest.param("terraform-aws-modules/vpc/google", False, id="of another provider"),
        pytest.param("app.terraform.io/terraform-aws-modules/vpc/aws", False, id="private"),
        pytest.param(
            "git::https://git.test/terraform-aws-modules/terraform-aws-vpc", False, id="elsewhere"
        ),
        pytest.param("./vpc", False, id="local"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_module_is_known_by_owner_name_and_provider(source: str, *, known: bool) -> None:
    assert registry_modules.makes_no_nodes(source) is known
