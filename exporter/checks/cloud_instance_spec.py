"""Every declared instance must be as declared: type, zone, subnet, groups, volume, image."""

from collections.abc import Iterator

from exporter.checks import cloud_instance, clouds
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.cloud import (
    CloudAttribute,
    CloudKind,
    CloudResource,
    DeclaredCloud,
    DeclaredResource,
    ObservedInstances,
    ObservedVolumes,
)
from exporter.domain.cloud_join import GONE, CloudJoin, joined_cloud
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Verdict

ID = "cloud_instance_spec"
_OF_VOLUME = (
    CloudAttribute.VOLUME_SIZE,
    CloudAttribute.VOLUME_TYPE,
    CloudAttribute.VOLUME_ENCRYPTED,
)
_OF_INSTANCE = (
    CloudAttribute.TYPE,
    CloudAttribute.ZONE,
    CloudAttribute.SUBNET,
    CloudAttribute.PRIVATE_IP,
    CloudAttribute.GROUPS,
    CloudAttribute.PROFILE,
    CloudAttribute.HTTP_TOKENS,
)


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare each declared instance with the cloud's, and its root volume."""
    join = joined_cloud(facts)
    known = None if facts.gaps_in((ObservedVolumes,)) else facts.find(ObservedVolumes)
    why = clouds.unlooked(facts, CloudKind.VOLUME)
    for one in facts.get(DeclaredCloud).of(CloudKind.INSTANCE):
        have = join.found.get(one.address)
        if have is None or have.state in GONE:
            yield _absent(one)
        else:
            volume = _root(have, known)
            yield _judge(one, have, volume, join=join, blind="" if known else why)


def _absent(one: DeclaredResource) -> Finding:
    return Finding(
        check=ID,
        subject=clouds.subject(one),
        verdict=Verdict.UNKNOWN,
        detail="instance is not in the cloud",
        provenance=(one.place,),
        cause=Cause(cloud_instance.ID, clouds.subject(one)),
    )


def _root(have: CloudResource, volumes: ObservedVolumes | None) -> CloudResource | None:
    """Return the volume from which an instance starts, if it is known."""
    root = have.values.get(CloudAttribute.VOLUME, ("",))[0]
    return volumes.resources.get(root) if volumes else None


def _judge(
    one: DeclaredResource,
    have: CloudResource,
    volume: CloudResource | None,
    *,
    join: CloudJoin,
    blind: str,
) -> Finding:
    found = clouds.Comparison(join, one)
    for attribute in _OF_INSTANCE:
        found.compare(attribute, have.values.get(attribute))
    if CloudAttribute.IMAGE not in one.unknown:  # an image that a query finds is not pinned
        found.compare(CloudAttribute.IMAGE, have.values.get(CloudAttribute.IMAGE))
    of_volume = [key for key in _OF_VOLUME if key in one.values or key in one.unknown]
    if of_volume and blind:
        found.unknown.append(f"the root volume is not known: {blind}")
    else:
        for attribute in of_volume:
            found.compare(attribute, volume.values.get(attribute) if volume else None)
    return found.finding(ID, have)


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.INFO,
    title="Instances are as declared",
    needs=(DeclaredCloud, ObservedInstances),
    weighs=clouds.FACTS_OF_JOIN,
    subjects=cloud_instance.instances,
    judge=judge,
    chapter=Chapter.CLOUD,
    advice="Bring the instances back to what the code declares, or declare what they are.",
    alert=Alert(
        name="InstanceSpecMismatch",
        after="30m",
        summary="An instance is another one than declared.",
        description=(
            "Instance {{ $labels.object_name }}{of_cluster} differs from the code: type, zone, "
            "subnet, security groups, image, metadata options or root volume. Next: the status "
            "page names both values; terraform plan shows it, too."
        ),
    ),
)
