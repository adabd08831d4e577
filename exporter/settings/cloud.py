"""The settings of the cloud that is looked at, and what of it is this cluster's."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from exporter.domain.errors import ParseError
from exporter.settings.forms import Strict
from exporter.settings.monitoring import Period, parse_address, too_old

_REGION = re.compile(r"[a-z]{2,}(?:-[a-z0-9]+){1,4}")


def parse_region(text: str) -> str:
    """Return the name of a region; raises :exc:`ParseError` for what can be none.

    It becomes part of host names: a text with a dot or slash would send requests elsewhere.
    """
    if not _REGION.fullmatch(text):
        raise ParseError("expected a region as eu-central-1")
    return text


class AwsSettings(Strict, frozen=True, kw_only=True):
    """One region of AWS. Credentials are found as every AWS SDK finds them; none stand here."""

    region: Annotated[
        str,
        Meta(
            description="The region of the cluster, as eu-central-1.",
            extra={"parse": parse_region},
        ),
    ]
    endpoint: Annotated[
        str,
        Meta(
            description="An address that stands in for those of AWS, for tests and private ones.",
            extra={"parse": lambda text: text and parse_address(text)},
        ),
    ] = ""
    interval: Annotated[Period, Meta(description="How often it is asked.")] = "5m"
    timeout: Annotated[Period, Meta(description="How long one answer may take.")] = "10s"
    max_age: Annotated[
        Period,
        Meta(
            description="After how long what it told last counts no more; longer than interval "
            "and timeout together."
        ),
    ] = "20m"
    calls: Annotated[
        int,
        Meta(ge=10, description="How many requests one look may take, repeated ones included."),
    ] = 200
    tags: Annotated[
        dict[str, str],
        Meta(
            description="The tags of what belongs to this cluster, all of them; an empty value "
            "for any. Default: kubernetes.io/cluster/NAME, with the name of the cluster."
        ),
    ] = {}
    admin_ports: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=65535)], ...],
        Meta(description="TCP ports that nobody may open to the whole world by hand."),
    ] = (22, 2379, 2380, 3389, 6443, 10250)
    unmanaged_rules: Annotated[
        tuple[str, ...],
        Meta(
            description="Shell patterns of descriptions of security group rules that controllers "
            "make; nobody needs to declare them."
        ),
    ] = ("kubernetes.io/rule/*", "elbv2.k8s.aws/*")

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:
        """Return what is wrong with what is *given* as a whole, or nothing."""
        return too_old(cls, given)


class CloudSettings(Strict, frozen=True, kw_only=True):
    """The cloud in which the cluster's machines run."""

    aws: AwsSettings | None = None
