"""What AWS is asked for each fact, and by what that becomes one."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar, Final, NamedTuple

from exporter.domain.cloud import (
    CloudCalls,
    InstanceHealth,
    ObservedAddresses,
    ObservedInstances,
    ObservedInternetGateways,
    ObservedLoadBalancers,
    ObservedNatGateways,
    ObservedRouteTables,
    ObservedScalingGroups,
    ObservedSecurityGroups,
    ObservedSubnets,
    ObservedTargetGroups,
    ObservedVolumes,
    ObservedVpcs,
)
from exporter.domain.cloud_services import CloudQuestions, ObservedNodeGroups, ObservedTargets
from exporter.domain.provenance import Source
from exporter.observed.cloud.aws import compute, network, services
from exporter.observed.cloud.aws.security_groups import security_groups
from exporter.observed.cloud.aws.session import AwsSession
from exporter.settings.cloud import AwsSettings


class Question(NamedTuple):
    """An operation of a service, and what makes a fact of its pages."""

    service: str
    operation: str
    parse: Callable[[Iterable[Mapping[str, Any]]], object]


QUESTIONS: Final[Mapping[type, Question]] = {
    ObservedInstances: Question("ec2", "describe_instances", compute.instances),
    InstanceHealth: Question("ec2", "describe_instance_status", compute.health),
    ObservedVolumes: Question("ec2", "describe_volumes", compute.volumes),
    ObservedVpcs: Question("ec2", "describe_vpcs", network.vpcs),
    ObservedSubnets: Question("ec2", "describe_subnets", network.subnets),
    ObservedRouteTables: Question("ec2", "describe_route_tables", network.route_tables),
    ObservedInternetGateways: Question(
        "ec2", "describe_internet_gateways", network.internet_gateways
    ),
    ObservedNatGateways: Question("ec2", "describe_nat_gateways", network.nat_gateways),
    ObservedAddresses: Question("ec2", "describe_addresses", network.addresses),
    ObservedSecurityGroups: Question("ec2", "describe_security_groups", security_groups),
    ObservedScalingGroups: Question(
        "autoscaling", "describe_auto_scaling_groups", compute.scaling_groups
    ),
}
WHERE_DECLARED: Final[Mapping[type, Callable[[AwsSession, CloudQuestions], object]]] = {
    ObservedLoadBalancers: services.load_balancers,
    ObservedTargetGroups: services.target_groups,
    ObservedTargets: services.targets,
    ObservedNodeGroups: services.node_groups,
}
"""What is asked only for the sake of something that code declares."""


class AwsProvider:
    """Looks at one region with one role."""

    source: ClassVar[Source] = Source.AWS
    kinds: ClassVar[tuple[type, ...]] = (*QUESTIONS, *WHERE_DECLARED)

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings
        self._session = AwsSession(settings)
        self._questions = CloudQuestions()

    def want(self, questions: CloudQuestions) -> None:
        """Ask these as well from the next look on."""
        self._questions = questions

    def start(self) -> None:
        """Begin a new look: count from zero, and take up credentials that were renewed."""
        self._session.start()

    def ask(self, kind: type) -> object:
        """Return the fact of one *kind*; raises :exc:`ReadError` that names the action it takes."""
        if kind in WHERE_DECLARED:
            return WHERE_DECLARED[kind](self._session, self._questions)
        service, operation, parse = QUESTIONS[kind]
        if kind is ObservedSecurityGroups:
            parse = partial(security_groups, unmanaged=self._settings.unmanaged_rules)
        return self._session.ask(service, operation, parse)

    def cost(self, *, seconds: float) -> CloudCalls:
        """Return what this look has cost, which took so many *seconds*."""
        return CloudCalls(calls=self._session.calls, budget=self._settings.calls, seconds=seconds)

    def close(self) -> None:
        """End all connections, and let no further request begin."""
        self._session.close()
