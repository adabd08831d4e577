"""Which types of resources make nodes, which make pools of them, and which make neither.

A directory of Terraform says of a node that it does not exist only if all types in it are known.
So what may start a machine, or anything at all (a managed cluster, a template of a cloud's own
language), stands in none of these tables.
"""

from collections.abc import Mapping
from enum import Enum, auto

from exporter.declared.terraform.pool_types import POOLS
from exporter.declared.terraform.providers import KINDS
from exporter.domain.finding import Layer


class Role(Enum):
    """What a type of resources is to a cluster."""

    NODE = auto()
    POOL = auto()
    OBJECT = auto()
    NEITHER = auto()
    UNKNOWN = auto()


def role_of(kind: str) -> Role:
    """Return what the type *kind* makes."""
    if kind in KINDS:
        return Role.NODE
    if kind in POOLS:
        return Role.POOL
    if kind.startswith(_OBJECTS):
        return Role.OBJECT
    if kind in _EXACT or kind.startswith(_FAMILIES):
        return Role.NEITHER
    return Role.UNKNOWN


def layer_of(kind: str) -> Layer:
    """Return the layer of the objects that resources of this type put into the cluster."""
    return next(layer for prefix, layer in OBJECTS.items() if kind.startswith(prefix))


OBJECTS: Mapping[str, Layer] = {
    "argocd_": Layer.GITOPS,
    "flux_": Layer.GITOPS,
    "helm_": Layer.APPLICATIONS,
    "kubectl_": Layer.APPLICATIONS,
    "kubernetes_": Layer.APPLICATIONS,
    "kustomization_": Layer.APPLICATIONS,
}
"""Prefixes of the types by which Terraform itself puts objects into a cluster."""

NEITHER: Mapping[str, str] = {
    "alicloud": """
        alicloud_alb_* alicloud_alidns_* alicloud_cr_* alicloud_db_* alicloud_disk*
        alicloud_dns_* alicloud_eip* alicloud_image* alicloud_key_pair* alicloud_kms_*
        alicloud_log_* alicloud_nas_* alicloud_nat_gateway* alicloud_oss_* alicloud_ram_*
        alicloud_route_* alicloud_security_group* alicloud_slb* alicloud_snapshot*
        alicloud_vpc* alicloud_vpn_* alicloud_vswitch*
    """,
    "aws": """
        aws_accessanalyzer_* aws_account_* aws_acm_* aws_acmpca_* aws_alb aws_alb_* aws_ami
        aws_ami_* aws_api_gateway_* aws_apigatewayv2_* aws_appautoscaling_* aws_appconfig_*
        aws_appmesh_* aws_appsync_* aws_athena_* aws_autoscaling_attachment
        aws_autoscaling_group_tag aws_autoscaling_lifecycle_hook aws_autoscaling_notification
        aws_autoscaling_policy aws_autoscaling_schedule
        aws_autoscaling_traffic_source_attachment aws_backup_* aws_budgets_* aws_ce_*
        aws_chatbot_* aws_cloudfront_* aws_cloudtrail aws_cloudwatch_* aws_codeartifact_*
        aws_codebuild_* aws_codecommit_* aws_codedeploy_* aws_codepipeline*
        aws_codestarconnections_* aws_codestarnotifications_* aws_cognito_* aws_config_*
        aws_cur_* aws_customer_gateway aws_datasync_* aws_dax_* aws_db_* aws_default_*
        aws_detective_* aws_directory_service_* aws_dlm_* aws_dms_* aws_docdb_* aws_dx_*
        aws_dynamodb_* aws_ebs_* aws_ec2_availability_zone_group aws_ec2_capacity_reservation
        aws_ec2_carrier_gateway aws_ec2_client_vpn_* aws_ec2_host
        aws_ec2_image_block_public_access aws_ec2_instance_connect_endpoint
        aws_ec2_instance_metadata_defaults aws_ec2_instance_state aws_ec2_local_gateway_*
        aws_ec2_managed_prefix_list* aws_ec2_network_insights_* aws_ec2_serial_console_access
        aws_ec2_subnet_cidr_reservation aws_ec2_tag aws_ec2_traffic_mirror_*
        aws_ec2_transit_gateway* aws_ecr_* aws_ecrpublic_* aws_ecs_* aws_efs_*
        aws_egress_only_internet_gateway aws_eip aws_eip_* aws_eks_access_* aws_eks_addon
        aws_eks_capability aws_eks_identity_provider_config aws_eks_pod_identity_association
        aws_elasticache_*
        aws_elasticsearch_* aws_elb aws_elb_* aws_flow_log aws_fms_* aws_fsx_* aws_glacier_*
        aws_globalaccelerator_* aws_glue_* aws_grafana_* aws_guardduty_* aws_iam_*
        aws_identitystore_* aws_inspector* aws_internet_gateway* aws_iot_* aws_key_pair
        aws_kinesis_* aws_kinesisanalyticsv2_* aws_kms_* aws_lakeformation_* aws_lambda_*
        aws_launch_configuration aws_launch_template aws_lb aws_lb_* aws_load_balancer_*
        aws_macie2_* aws_main_route_table_association aws_memorydb_* aws_mq_* aws_msk_*
        aws_mskconnect_* aws_mwaa_* aws_nat_gateway* aws_neptune_* aws_network_acl*
        aws_network_interface* aws_networkfirewall_* aws_networkmanager_* aws_oam_*
        aws_opensearch_* aws_opensearchserverless_* aws_organizations_* aws_placement_group
        aws_prometheus_* aws_proxy_protocol_policy aws_quicksight_* aws_ram_* aws_rds_*
        aws_redshift_* aws_redshiftserverless_* aws_resourcegroups_* aws_rolesanywhere_*
        aws_route aws_route53_* aws_route53domains_* aws_route53recoverycontrolconfig_*
        aws_route53recoveryreadiness_* aws_route53resolver_* aws_route_table
        aws_route_table_association aws_s3_* aws_s3control_* aws_scheduler_* aws_schemas_*
        aws_secretsmanager_* aws_security_group aws_security_group_rule aws_securityhub_*
        aws_service_discovery_* aws_servicequotas_* aws_ses_* aws_sesv2_* aws_sfn_*
        aws_shield_* aws_signer_* aws_snapshot_create_volume_permission aws_sns_*
        aws_spot_datafeed_subscription aws_sqs_* aws_ssm_* aws_ssoadmin_* aws_storagegateway_*
        aws_subnet aws_synthetics_* aws_timestreamwrite_* aws_transfer_* aws_verifiedaccess_*
        aws_volume_attachment aws_vpc aws_vpc_* aws_vpclattice_* aws_vpn_* aws_waf_*
        aws_wafregional_* aws_wafv2_* aws_xray_*
    """,
    "azure": """
        azuread_* azurerm_api_management* azurerm_app_configuration* azurerm_app_service*
        azurerm_application_gateway azurerm_application_insights*
        azurerm_application_security_group azurerm_availability_set azurerm_backup_*
        azurerm_bastion_host azurerm_cdn_* azurerm_cognitive_* azurerm_container_registry*
        azurerm_cosmosdb_* azurerm_data_factory* azurerm_data_protection_* azurerm_dns_*
        azurerm_eventgrid_* azurerm_eventhub* azurerm_express_route_*
        azurerm_federated_identity_credential azurerm_firewall* azurerm_frontdoor*
        azurerm_function_app* azurerm_image azurerm_ip_group* azurerm_key_vault* azurerm_lb
        azurerm_lb_* azurerm_linux_function_app* azurerm_linux_web_app*
        azurerm_local_network_gateway azurerm_log_analytics_* azurerm_logic_app_*
        azurerm_managed_disk* azurerm_management_group azurerm_management_group_policy_*
        azurerm_management_group_subscription_association azurerm_management_lock
        azurerm_mariadb_* azurerm_marketplace_agreement azurerm_monitor_* azurerm_mssql_*
        azurerm_mysql_* azurerm_nat_gateway* azurerm_network_* azurerm_notification_hub*
        azurerm_policy_* azurerm_portal_dashboard azurerm_postgresql_* azurerm_private_dns_*
        azurerm_private_endpoint* azurerm_private_link_service
        azurerm_proximity_placement_group azurerm_public_ip azurerm_public_ip_prefix
        azurerm_recovery_services_* azurerm_redis_* azurerm_relay_* azurerm_resource_group
        azurerm_resource_group_policy_* azurerm_resource_policy_*
        azurerm_resource_provider_registration azurerm_role_* azurerm_route azurerm_route_*
        azurerm_search_* azurerm_security_center_* azurerm_sentinel_* azurerm_service_plan
        azurerm_servicebus_* azurerm_shared_image* azurerm_signalr_* azurerm_snapshot
        azurerm_sql_* azurerm_ssh_public_key azurerm_static_site* azurerm_static_web_app*
        azurerm_storage_* azurerm_stream_analytics_* azurerm_subnet azurerm_subnet_*
        azurerm_subscription azurerm_subscription_policy_* azurerm_traffic_manager_*
        azurerm_user_assigned_identity azurerm_virtual_hub*
        azurerm_virtual_machine_data_disk_attachment azurerm_virtual_machine_extension
        azurerm_virtual_machine_scale_set_extension azurerm_virtual_network*
        azurerm_virtual_wan azurerm_vpn_* azurerm_web_application_firewall_policy
        azurerm_web_pubsub* azurerm_windows_function_app* azurerm_windows_web_app*
    """,
    "civo": """
        civo_database* civo_dns_* civo_firewall* civo_loadbalancer* civo_network
        civo_object_store* civo_reserved_ip* civo_ssh_key civo_volume*
    """,
    "digitalocean": """
        digitalocean_app digitalocean_cdn digitalocean_certificate
        digitalocean_container_registries digitalocean_container_registry*
        digitalocean_custom_image digitalocean_database_* digitalocean_domain
        digitalocean_droplet_snapshot digitalocean_firewall digitalocean_floating_ip*
        digitalocean_loadbalancer digitalocean_monitor_alert digitalocean_project
        digitalocean_project_resources digitalocean_record digitalocean_reserved_ip*
        digitalocean_spaces_* digitalocean_ssh_key digitalocean_tag digitalocean_uptime_*
        digitalocean_volume digitalocean_volume_* digitalocean_vpc digitalocean_vpc_*
    """,
    "exoscale": """
        exoscale_anti_affinity_group exoscale_block_storage_* exoscale_database
        exoscale_dbaas* exoscale_domain* exoscale_elastic_ip exoscale_iam_* exoscale_nlb*
        exoscale_private_network exoscale_security_group* exoscale_sos_* exoscale_ssh_key
    """,
    "google": """
        google_access_context_manager_* google_alloydb_* google_api_gateway_* google_apikeys_*
        google_app_engine_* google_artifact_registry_* google_bigquery_* google_bigtable_*
        google_billing_* google_binary_authorization_* google_certificate_manager_*
        google_cloud_asset_* google_cloud_identity_* google_cloud_run_*
        google_cloud_scheduler_* google_cloud_tasks_* google_cloudbuild_*
        google_cloudfunctions2_* google_cloudfunctions_* google_compute_address
        google_compute_attached_disk google_compute_autoscaler google_compute_backend_*
        google_compute_disk google_compute_disk_* google_compute_external_vpn_gateway
        google_compute_firewall google_compute_firewall_* google_compute_forwarding_rule
        google_compute_global_* google_compute_ha_vpn_gateway google_compute_health_check
        google_compute_http_health_check google_compute_https_health_check
        google_compute_image google_compute_image_* google_compute_instance_group
        google_compute_instance_group_membership google_compute_instance_group_named_port
        google_compute_instance_iam_* google_compute_instance_settings
        google_compute_instance_template google_compute_instance_template_iam_*
        google_compute_interconnect_attachment google_compute_managed_ssl_certificate
        google_compute_network google_compute_network_* google_compute_packet_mirroring
        google_compute_project_* google_compute_public_* google_compute_region_autoscaler
        google_compute_region_backend_service* google_compute_region_disk*
        google_compute_region_health_check google_compute_region_instance_template
        google_compute_region_network_* google_compute_region_security_policy*
        google_compute_region_ssl_* google_compute_region_target_*
        google_compute_region_url_map google_compute_reservation
        google_compute_resource_policy* google_compute_route google_compute_router*
        google_compute_security_policy* google_compute_service_attachment
        google_compute_shared_vpc_* google_compute_snapshot* google_compute_ssl_*
        google_compute_subnetwork* google_compute_target_* google_compute_url_map
        google_compute_vpn_* google_container_analysis_* google_container_registry
        google_data_catalog_* google_data_fusion_* google_dns_* google_endpoints_*
        google_essential_contacts_* google_eventarc_* google_filestore_* google_firebase_*
        google_firestore_* google_folder google_folder_* google_gke_backup_* google_gke_hub_*
        google_iam_* google_iap_* google_identity_platform_* google_kms_* google_logging_*
        google_memcache_* google_monitoring_* google_network_connectivity_*
        google_network_management_* google_network_security_* google_network_services_*
        google_org_policy_* google_organization_* google_os_login_* google_privateca_*
        google_project google_project_* google_pubsub_* google_recaptcha_* google_redis_*
        google_resource_manager_* google_scc_* google_secret_manager_* google_service_account
        google_service_account_* google_service_directory_* google_service_networking_*
        google_service_usage_* google_sourcerepo_* google_spanner_* google_sql_*
        google_storage_* google_tags_* google_vpc_access_connector google_workflows_*
    """,
    "hcloud": """
        hcloud_certificate hcloud_firewall hcloud_firewall_attachment hcloud_floating_ip
        hcloud_floating_ip_assignment hcloud_load_balancer hcloud_load_balancer_*
        hcloud_managed_certificate hcloud_network hcloud_network_* hcloud_placement_group
        hcloud_primary_ip hcloud_rdns hcloud_server_network hcloud_snapshot hcloud_ssh_key
        hcloud_uploaded_certificate hcloud_volume hcloud_volume_attachment hcloud_zone
        hcloud_zone_*
    """,
    "incus and lxd": """
        incus_certificate incus_image incus_network incus_network_* incus_profile
        incus_project incus_storage_* lxd_cached_image lxd_network lxd_network_* lxd_profile
        lxd_project lxd_storage_* lxd_volume
    """,
    "libvirt": """
        libvirt_cloudinit_disk libvirt_combustion libvirt_ignition libvirt_network
        libvirt_pool libvirt_volume
    """,
    "linode": """
        linode_database_* linode_domain linode_domain_record linode_firewall
        linode_firewall_device linode_image linode_instance_config linode_instance_disk
        linode_instance_ip linode_ipv6_range linode_nodebalancer linode_nodebalancer_*
        linode_object_storage_* linode_placement_group linode_rdns linode_sshkey
        linode_stackscript linode_token linode_user linode_volume linode_vpc linode_vpc_subnet
    """,
    "metal": """
        equinix_metal_bgp_session equinix_metal_connection equinix_metal_gateway
        equinix_metal_ip_attachment equinix_metal_organization equinix_metal_port
        equinix_metal_port_vlan_attachment equinix_metal_project equinix_metal_project_*
        equinix_metal_reserved_ip_block equinix_metal_ssh_key equinix_metal_virtual_circuit
        equinix_metal_vlan equinix_metal_vrf
    """,
    "openstack": """
        openstack_blockstorage_* openstack_compute_aggregate_v2 openstack_compute_flavor_*
        openstack_compute_floatingip_* openstack_compute_interface_attach_v2
        openstack_compute_keypair_v2 openstack_compute_quotaset_v2
        openstack_compute_secgroup_v2 openstack_compute_servergroup_v2
        openstack_compute_volume_attach_v2 openstack_db_* openstack_dns_* openstack_fw_*
        openstack_identity_* openstack_images_* openstack_keymanager_* openstack_lb_*
        openstack_networking_* openstack_objectstorage_* openstack_sharedfilesystem_*
        openstack_vpnaas_*
    """,
    "oracle": """
        oci_artifacts_* oci_bastion_* oci_budget_* oci_core_boot_volume_*
        oci_core_cross_connect* oci_core_default_* oci_core_dhcp_options oci_core_drg*
        oci_core_image oci_core_instance_configuration oci_core_internet_gateway
        oci_core_ipsec* oci_core_ipv6 oci_core_local_peering_gateway oci_core_nat_gateway
        oci_core_network_security_group* oci_core_private_ip oci_core_public_ip*
        oci_core_remote_peering_connection oci_core_route_table* oci_core_security_list
        oci_core_service_gateway oci_core_subnet oci_core_vcn oci_core_virtual_network
        oci_core_vlan oci_core_vnic_attachment oci_core_volume* oci_database_* oci_dns_*
        oci_events_* oci_file_storage_* oci_functions_* oci_identity_* oci_kms_*
        oci_load_balancer_* oci_logging_* oci_monitoring_* oci_network_load_balancer_*
        oci_objectstorage_* oci_ons_* oci_vault_*
    """,
    "proxmox": """
        proxmox_cloud_init_disk proxmox_pool proxmox_storage_iso
        proxmox_virtual_environment_acl proxmox_virtual_environment_certificate
        proxmox_virtual_environment_cluster_firewall*
        proxmox_virtual_environment_cluster_options proxmox_virtual_environment_dns
        proxmox_virtual_environment_download_file proxmox_virtual_environment_file
        proxmox_virtual_environment_firewall_* proxmox_virtual_environment_group
        proxmox_virtual_environment_hagroup proxmox_virtual_environment_haresource
        proxmox_virtual_environment_hosts proxmox_virtual_environment_network_linux_*
        proxmox_virtual_environment_pool proxmox_virtual_environment_role
        proxmox_virtual_environment_time proxmox_virtual_environment_user
        proxmox_virtual_environment_user_token
    """,
    "scaleway": """
        scaleway_account_* scaleway_block_* scaleway_cockpit* scaleway_container
        scaleway_container_* scaleway_domain_* scaleway_function* scaleway_iam_*
        scaleway_instance_image scaleway_instance_ip* scaleway_instance_placement_group
        scaleway_instance_private_nic scaleway_instance_security_group*
        scaleway_instance_snapshot scaleway_instance_user_data scaleway_instance_volume
        scaleway_ipam_* scaleway_lb scaleway_lb_* scaleway_mnq_* scaleway_object*
        scaleway_rdb_* scaleway_redis_* scaleway_registry_* scaleway_secret* scaleway_tem_*
        scaleway_vpc scaleway_vpc_*
    """,
    "talos": """
        talos_cluster_kubeconfig talos_image_factory_* talos_machine_bootstrap
        talos_machine_secrets
    """,
    "upcloud": """
        upcloud_firewall_rules upcloud_floating_ip_address upcloud_gateway*
        upcloud_loadbalancer* upcloud_managed_* upcloud_network* upcloud_object_storage
        upcloud_router upcloud_server_group upcloud_storage* upcloud_tag
    """,
    "vsphere": """
        vsphere_compute_cluster* vsphere_content_library* vsphere_custom_attribute
        vsphere_datacenter vsphere_datastore_cluster* vsphere_distributed_*
        vsphere_entity_permissions vsphere_folder vsphere_host vsphere_host_*
        vsphere_nas_datastore vsphere_resource_pool vsphere_role vsphere_storage_* vsphere_tag
        vsphere_tag_category vsphere_vapp_container vsphere_virtual_disk
        vsphere_virtual_machine_snapshot vsphere_vm_storage_policy vsphere_vmfs_datastore
    """,
    "vultr": """
        vultr_block_storage vultr_container_registry vultr_database* vultr_dns_*
        vultr_firewall_* vultr_iso_private vultr_load_balancer vultr_object_storage
        vultr_private_network vultr_reserved_ip vultr_reverse_* vultr_snapshot* vultr_ssh_key
        vultr_startup_script vultr_user vultr_vpc vultr_vpc2
    """,
    "yandex": """
        yandex_alb_* yandex_cm_* yandex_compute_disk* yandex_compute_filesystem
        yandex_compute_image yandex_compute_placement_group yandex_compute_snapshot*
        yandex_container_registry* yandex_container_repository* yandex_dns_* yandex_iam_*
        yandex_kms_* yandex_lb_* yandex_lockbox_* yandex_logging_* yandex_mdb_*
        yandex_message_queue yandex_monitoring_* yandex_resourcemanager_* yandex_storage_*
        yandex_vpc_*
    """,
    "no cloud": """
        acme_* archive_* auth0_* bitwarden_* checkly_* cloudflare_* cloudinit_* consul_*
        datadog_* dns_* elasticstack_* fastly_* github_* gitlab_* googleworkspace_* grafana_*
        keycloak_* local_* mongodbatlas_* mysql_* newrelic_* nomad_acl_* null_resource okta_*
        onepassword_* opsgenie_* pagerduty_* postgresql_* rabbitmq_* random_* sentry_* sops_*
        spacelift_* splunk_* statuscake_* tailscale_* template_* terraform_data tfe_* time_*
        tls_* uptimerobot_* vault_*
    """,
}
"""Types by their provider; ``*`` stands for whatever follows."""

_WORDS = frozenset(word for words in NEITHER.values() for word in words.split())
_EXACT = frozenset(word for word in _WORDS if not word.endswith("*"))
_FAMILIES = tuple(sorted(word.removesuffix("*") for word in _WORDS - _EXACT))
_OBJECTS = tuple(OBJECTS)
