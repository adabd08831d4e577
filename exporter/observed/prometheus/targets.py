"""The targets that Prometheus scrapes, by its own list or by what they left in ``up``."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from exporter.domain.errors import ReadError, Reason
from exporter.domain.monitoring.prometheus.targets import Health, ScrapeTarget, ScrapeTargets
from exporter.observed.prometheus import promql
from exporter.observed.prometheus.answers import Sample, data
from exporter.observed.prometheus.api import Api, unserved
from exporter.observed.prometheus.instants import instant, interval, late
from exporter.settings.monitoring import TargetSettings

ROUTE = "/api/v1/targets"
NODE_LABELS = ("node", "nodename", "kubernetes_node", "kubernetes_io_hostname")
"""Labels that often name a target's node."""
_DISCOVERED = {
    "address": "__address__",
    "node": "__meta_kubernetes_node_name",
    "pod_node": "__meta_kubernetes_pod_node_name",
    "endpoint_node": "__meta_kubernetes_endpoint_node_name",
    "slice_node": "__meta_kubernetes_endpointslice_endpoint_node_name",
    "hostname": "__meta_kubernetes_endpointslice_endpoint_topology_kubernetes_io_hostname",
    "host_ip": "__meta_kubernetes_pod_host_ip",
    "path": "__metrics_path__",
}
_PATH = "metrics_path"
"""The label by which the Prometheus operator keeps the path."""
_ERROR = 200


class _Discovered(msgspec.Struct, frozen=True, rename=_DISCOVERED):
    """What service discovery knows of a node; the other labels, often a hundred, are skipped."""

    address: str = ""
    node: str = ""
    pod_node: str = ""
    endpoint_node: str = ""
    slice_node: str = ""
    hostname: str = ""
    host_ip: str = ""
    path: str = ""

    def names(self) -> set[str]:
        """Return all by which the node may be recognised."""
        nodes = {self.node, self.pod_node, self.endpoint_node, self.slice_node}
        return nodes | {self.hostname, self.host_ip, _host(self.address)}


class _Target(msgspec.Struct, frozen=True, rename="camel"):
    labels: dict[str, str]
    discovered_labels: _Discovered = _Discovered()
    last_error: str = ""
    last_scrape: str = ""
    scrape_interval: str = ""
    health: str = "unknown"


class _Targets(msgspec.Struct, frozen=True, rename="camel"):
    active_targets: list[_Target] | None


async def ask(api: Api, declared: Sequence[TargetSettings], *, now: datetime) -> ScrapeTargets:
    """Return the targets of the *wanted* jobs; raises :exc:`ReadError`.

    A server that knows several clusters, or has no list of targets or one that is too long, is
    asked for ``up``.
    """
    if not declared:
        return ScrapeTargets(())
    if not api.labels:
        try:
            found = await api.get(
                ROUTE, lambda body: parse(body, declared, now=now), params={"state": "active"}
            )
        except ReadError as error:
            if not unserved(error) and error.reason is not Reason.TOO_LARGE:
                raise
        else:
            if found.targets:
                return found
    jobs = promql.matching("job", sorted({target.job for target in declared}))
    samples = await api.query(promql.selector("up", api.labels, jobs))
    return from_up(samples, declared)


def parse(body: bytes, declared: Sequence[TargetSettings], *, now: datetime) -> ScrapeTargets:
    """Return the active targets of an answer; raises :exc:`ReadError`."""
    targets = data(body, _Targets, path=ROUTE).active_targets or []
    labels = _node_labels(declared)
    return ScrapeTargets(
        tuple(
            sorted(
                _scrape_target(target, labels, now=now)
                for target in targets
                if _is_declared(target.labels.get("job", ""), declared)
            )
        )
    )


def from_up(samples: Iterable[Sample], declared: Sequence[TargetSettings]) -> ScrapeTargets:
    """Return the targets that *samples* of ``up`` tell of."""
    labels = _node_labels(declared)
    found = {
        ScrapeTarget(
            job=sample.metric.get("job", ""),
            instance=sample.metric.get("instance", ""),
            names=_names(sample.metric, labels),
            path=sample.metric.get(_PATH, ""),
            health=Health.UP if sample.number == 1 else Health.DOWN,
        )
        for sample in samples
        if _is_declared(sample.metric.get("job", ""), declared)
    }
    return ScrapeTargets(tuple(sorted(found)))


def _scrape_target(target: _Target, labels: Sequence[str], *, now: datetime) -> ScrapeTarget:
    known = target.health in set(Health)
    every = interval(target.scrape_interval)
    return ScrapeTarget(
        job=target.labels.get("job", ""),
        instance=target.labels.get("instance", ""),
        names=_names(target.labels, labels, target.discovered_labels.names()),
        path=target.labels.get(_PATH, target.discovered_labels.path),
        health=Health(target.health) if known else Health.UNKNOWN,
        error=target.last_error[:_ERROR],
        stale=late(instant(target.last_scrape), every=every, now=now),
    )


def _is_declared(job: str, declared: Sequence[TargetSettings]) -> bool:
    return any(fnmatchcase(job, target.job) for target in declared)


def _node_labels(declared: Sequence[TargetSettings]) -> list[str]:
    return [*{target.label: None for target in declared if target.label}, *NODE_LABELS]


def _names(
    labels: Mapping[str, str], named: Sequence[str], discovered: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return all by which a target's node may be recognised, each once, sorted."""
    found = {labels.get(label, "") for label in named}
    found.update(discovered, (_host(labels.get("instance", "")),))
    return tuple(sorted(found - {""}))


def _host(address: str) -> str:
    """Return the host of an address, which may be a URL, and IPv6, also without brackets."""
    try:
        return str(ip_address(address))
    except ValueError:
        pass
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname
    except ValueError:
        host = None
    return host or address
