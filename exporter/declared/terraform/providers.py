"""Which resources are nodes, and where in them stands what we need of a node.

A path leads through attributes, nested blocks and their places (``network.0.ip``); a text with
paths in braces is made of what stands there. The paths are also all that is read of a state
file: what is not named here is never decoded.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from exporter.domain.declaration import Attribute

_RESOURCE_GROUP = re.compile(r"(?<=/resourceGroups/)[^/]+", re.IGNORECASE)


def address(text: str) -> str:
    """Return the IP address in ``10.0.0.1``, ``10.0.0.1/24`` or ``ip=10.0.0.1/24,gw=...``."""
    for part in text.split(","):
        candidate = part.strip().removeprefix("ip=").partition("/")[0]
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """A kind of node: of each list of paths, the first that leads to a value counts.

    *tags* lead to a map of strings; *user_data* to texts that may hold kubelet arguments, in
    Base64 or not. *normal* maps an attribute to how its text is made comparable; what comes out
    empty does not count.
    """

    name: tuple[str, ...] = ("name",)
    attributes: Mapping[Attribute, tuple[str, ...]] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    user_data: tuple[str, ...] = ()
    normal: Mapping[Attribute, Callable[[str], str]] = field(
        default_factory=lambda: {Attribute.INTERNAL_IP: address}
    )


def _azure_zone(text: str) -> str:
    """Return ``koreacentral-1`` for ``Korea Central-1``, as Azure's cloud provider labels it."""
    return text.lower().replace(" ", "")


def _azure_id(text: str) -> str:
    """Spell the resource group in lower case, as Azure's cloud provider does."""
    return _RESOURCE_GROUP.sub(lambda group: group[0].lower(), text)


_TYPE, _ZONE = Attribute.INSTANCE_TYPE, Attribute.ZONE
_IP, _ID = Attribute.INTERNAL_IP, Attribute.PROVIDER_ID

_AWS = Kind(
    name=("tags.Name",),
    attributes={
        _TYPE: ("instance_type",),
        _ZONE: ("availability_zone",),
        _IP: ("private_ip",),
        _ID: ("aws:///{availability_zone}/{id}",),
    },
    tags=("tags",),
    user_data=("user_data", "user_data_base64"),
)
_AZURE = Kind(
    name=("computer_name", "name"),
    attributes={
        _TYPE: ("size", "vm_size"),
        _ZONE: ("{location}-{zone}",),
        _IP: ("private_ip_address",),
        _ID: ("azure://{id}",),
    },
    tags=("tags",),
    user_data=("custom_data", "user_data"),
    normal={_IP: address, _ZONE: _azure_zone, _ID: _azure_id},
)

_METAL = Kind(
    name=("hostname",),
    attributes={
        _TYPE: ("plan",),
        _IP: ("access_private_ipv4",),
        _ID: ("equinixmetal://{id}",),
    },
    user_data=("user_data",),
)
_GOOGLE = Kind(
    attributes={
        _TYPE: ("machine_type",),
        _ZONE: ("zone",),
        _IP: ("network_interface.0.network_ip",),
        _ID: ("gce://{project}/{zone}/{name}",),
    },
    tags=("labels",),
    user_data=("metadata.user-data", "metadata.startup-script", "metadata_startup_script"),
)

KINDS: Mapping[str, Kind] = {
    "aws_instance": _AWS,
    "aws_spot_instance_request": Kind(
        name=_AWS.name,
        attributes={**_AWS.attributes, _ID: ("aws:///{availability_zone}/{spot_instance_id}",)},
        tags=_AWS.tags,
        user_data=_AWS.user_data,
    ),
    "google_compute_instance": _GOOGLE,
    "google_compute_instance_from_template": _GOOGLE,
    "azurerm_linux_virtual_machine": _AZURE,
    "azurerm_virtual_machine": Kind(
        name=("os_profile.0.computer_name", "name"),
        attributes={_TYPE: ("vm_size",), _ZONE: ("{location}-{zones.0}",), _ID: ("azure://{id}",)},
        tags=("tags",),
        user_data=("os_profile.0.custom_data",),
        normal=_AZURE.normal,
    ),
    "hcloud_server": Kind(
        attributes={
            _TYPE: ("server_type",),
            _ZONE: ("datacenter",),
            _IP: ("network.0.ip",),
            _ID: ("hcloud://{id}",),
        },
        tags=("labels",),
        user_data=("user_data",),
    ),
    "openstack_compute_instance_v2": Kind(
        attributes={
            _TYPE: ("flavor_name",),
            _ZONE: ("availability_zone",),
            _IP: ("network.0.fixed_ip_v4", "access_ip_v4"),
            _ID: ("openstack:///{id}",),
        },
        tags=("metadata",),
        user_data=("user_data",),
    ),
    "digitalocean_droplet": Kind(
        attributes={
            _TYPE: ("size",),
            _IP: ("ipv4_address_private",),
            _ID: ("digitalocean://{id}",),
        },
        user_data=("user_data",),
    ),
    "linode_instance": Kind(
        name=("label",),
        attributes={
            _TYPE: ("type",),
            _IP: ("private_ip_address",),
            _ID: ("linode://{id}",),
        },
        user_data=("metadata.0.user_data",),
    ),
    "civo_instance": Kind(
        name=("hostname",),
        attributes={_TYPE: ("size",), _IP: ("private_ip",)},
    ),
    "vultr_instance": Kind(
        name=("hostname", "label"),
        attributes={_TYPE: ("plan",), _IP: ("internal_ip",), _ID: ("vultr://{id}",)},
        user_data=("user_data",),
    ),
    "scaleway_instance_server": Kind(attributes={_TYPE: ("type",), _ZONE: ("zone",)}),
    "exoscale_compute_instance": Kind(
        attributes={_ZONE: ("zone",), _ID: ("exoscale://{id}",)},
        tags=("labels",),
        user_data=("user_data",),
    ),
    "upcloud_server": Kind(
        name=("hostname",),
        attributes={_TYPE: ("plan",), _ZONE: ("zone",)},
        tags=("labels",),
        user_data=("user_data",),
    ),
    "yandex_compute_instance": Kind(
        name=("hostname", "name"),
        attributes={
            _ZONE: ("zone",),
            _IP: ("network_interface.0.ip_address",),
        },
        tags=("labels",),
        user_data=("metadata.user-data",),
    ),
    "oci_core_instance": Kind(
        name=("create_vnic_details.0.hostname_label", "display_name"),
        attributes={_TYPE: ("shape",), _IP: ("private_ip",)},
        tags=("freeform_tags",),
        user_data=("metadata.user_data",),
    ),
    "packet_device": _METAL,
    "equinix_metal_device": _METAL,
    "libvirt_domain": Kind(
        attributes={_IP: ("network_interface.0.addresses.0",)},
    ),
    "proxmox_vm_qemu": Kind(
        attributes={_IP: ("ipconfig0", "default_ipv4_address")},
    ),
    "proxmox_lxc": Kind(
        name=("hostname",),
        attributes={_IP: ("network.0.ip",)},
    ),
    "proxmox_virtual_environment_vm": Kind(
        attributes={_IP: ("initialization.0.ip_config.0.ipv4.0.address",)},
    ),
    "proxmox_virtual_environment_cloned_vm": Kind(),
    "vsphere_virtual_machine": Kind(
        name=("clone.0.customize.0.linux_options.0.host_name", "name"),
        attributes={
            _IP: (
                "clone.0.customize.0.network_interface.0.ipv4_address",
                "default_ip_address",
            )
        },
    ),
    "incus_instance": Kind(),
    "lxd_instance": Kind(),
    "multipass_instance": Kind(),
    "nutanix_virtual_machine": Kind(),
    "xenorchestra_vm": Kind(name=("name_label",)),
}


def module_kind(node_name: str) -> Kind:
    """Return the kind of a module call whose argument *node_name* names its node."""
    return Kind(
        name=(node_name,),
        attributes={
            _TYPE: ("instance_type", "machine_type", "server_type", "vm_size", "flavor_name"),
            _ZONE: ("availability_zone", "zone"),
            _IP: ("private_ip", "private_ip_address", "internal_ip"),
        },
        tags=("tags", "labels"),
        user_data=("user_data", "user_data_base64", "custom_data"),
    )
