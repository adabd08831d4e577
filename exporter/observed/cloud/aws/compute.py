"""Instances, their status checks and volumes, and auto scaling groups, as AWS describes them.

Source: Amazon EC2 API Reference and Amazon EC2 Auto Scaling API Reference.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from exporter.domain.cloud import (
    CloudAttribute,
    CloudResource,
    InstanceHealth,
    ObservedInstances,
    ObservedScalingGroups,
    ObservedVolumes,
)
from exporter.observed.cloud.aws.naming import name_of, tags_of, texts

_HEALTHY: Final = ("ok", "not-applicable")
_WORST_FIRST: Final = ("impaired", "insufficient-data", "initializing")


def instances(pages: Iterable[Mapping[str, Any]]) -> ObservedInstances:
    """Return the instances of all pages of ``DescribeInstances``."""
    found = (raw for page in pages for each in page["Reservations"] for raw in each["Instances"])
    return ObservedInstances({raw["InstanceId"]: _instance(raw) for raw in found})


def _instance(raw: Mapping[str, Any]) -> CloudResource:
    profile = raw.get("IamInstanceProfile", {}).get("Arn", "").rpartition("/")[2]
    groups = sorted(group["GroupId"] for group in raw.get("SecurityGroups", ()))
    return CloudResource(
        id=raw["InstanceId"],
        name=name_of(raw),
        state=raw["State"]["Name"],
        values=texts(
            {
                CloudAttribute.TYPE: raw.get("InstanceType"),
                CloudAttribute.IMAGE: raw.get("ImageId"),
                CloudAttribute.ZONE: raw.get("Placement", {}).get("AvailabilityZone"),
                CloudAttribute.VPC: raw.get("VpcId"),
                CloudAttribute.SUBNET: raw.get("SubnetId"),
                CloudAttribute.PRIVATE_IP: raw.get("PrivateIpAddress"),
                CloudAttribute.PROFILE: profile,
                CloudAttribute.VOLUME: _root_volume(raw),
                CloudAttribute.HTTP_TOKENS: raw.get("MetadataOptions", {}).get("HttpTokens"),
            }
        )
        | {CloudAttribute.GROUPS: tuple(groups)},
        tags=tags_of(raw),
    )


def health(pages: Iterable[Mapping[str, Any]]) -> InstanceHealth:
    """Return what ``DescribeInstanceStatus`` says of running instances, the worst of its checks."""
    return InstanceHealth(
        {
            raw["InstanceId"]: _worst(
                raw[check]["Status"]
                for check in ("SystemStatus", "InstanceStatus", "AttachedEbsStatus")
                if check in raw
            )
            for page in pages
            for raw in page["InstanceStatuses"]
        }
    )


def _worst(statuses: Iterable[str]) -> str:
    found = {one for one in statuses if one not in _HEALTHY}
    return next((one for one in _WORST_FIRST if one in found), min(found, default="ok"))


def volumes(pages: Iterable[Mapping[str, Any]]) -> ObservedVolumes:
    """Return the volumes of all pages of ``DescribeVolumes``."""
    return ObservedVolumes(
        {raw["VolumeId"]: _volume(raw) for page in pages for raw in page["Volumes"]}
    )


def _volume(raw: Mapping[str, Any]) -> CloudResource:
    return CloudResource(
        id=raw["VolumeId"],
        name=name_of(raw),
        state=raw["State"],
        values=texts(
            {
                CloudAttribute.VOLUME_SIZE: raw.get("Size"),
                CloudAttribute.VOLUME_TYPE: raw.get("VolumeType"),
                CloudAttribute.VOLUME_ENCRYPTED: raw.get("Encrypted"),
            }
        ),
        tags=tags_of(raw),
    )


def _root_volume(raw: Mapping[str, Any]) -> str:
    """Return the id of the volume from which an instance starts; empty where it shows none."""
    root = raw.get("RootDeviceName")
    mappings = raw.get("BlockDeviceMappings", ())
    return next((one["Ebs"]["VolumeId"] for one in mappings if one["DeviceName"] == root), "")


def scaling_groups(pages: Iterable[Mapping[str, Any]]) -> ObservedScalingGroups:
    """Return the groups of all pages of ``DescribeAutoScalingGroups``.

    The *state* of one says how many of the instances that it wants are in service.
    """
    return ObservedScalingGroups(
        {
            raw["AutoScalingGroupName"]: _scaling_group(raw)
            for page in pages
            for raw in page["AutoScalingGroups"]
        }
    )


def _scaling_group(raw: Mapping[str, Any]) -> CloudResource:
    members = raw.get("Instances", ())
    serving = sum(one.get("LifecycleState") == "InService" for one in members)
    healthy = sum(one.get("HealthStatus", "").casefold() == "healthy" for one in members)
    return CloudResource(
        id=raw["AutoScalingGroupName"],
        name=raw["AutoScalingGroupName"],
        state=f"{min(serving, healthy)} of {raw['DesiredCapacity']} in service",
        values=texts(
            {CloudAttribute.MINIMUM: raw["MinSize"], CloudAttribute.MAXIMUM: raw["MaxSize"]}
        ),
        tags=tags_of(raw),
    )
