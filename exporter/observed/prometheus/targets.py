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


async def ask(api: Api, wanted: Sequence[TargetSettings], *, now: datetime) -> ScrapeTargets:
    """Return the targets of the *wanted* jobs; raises :exc:`ReadError`.

    A server that knows several clusters, or has no list of targets or one that is too long, is
    asked for ``up``.
    """
    if not wanted:
        return ScrapeTargets(())
    if not api.labels:
        try:
            found = await api.get(
                ROUTE, lambda body: parse(body, wanted, now=now), params={"state": "active"}
            )
        except ReadError as error:
            if not unserved(error) and error.reason is not Reason.TOO_LARGE:
                raise
        else:
            if found.targets:
                return found
    jobs = promql.matching("job", sorted({one.job for one in wanted}))
    samples = await api.query(promql.selector("up", api.labels, jobs))
    return from_up(samples, wanted)


def parse(body: bytes, wanted: Sequence[TargetSettings], *, now: datetime) -> ScrapeTargets:
    """Return the active targets of an answer; raises :exc:`ReadError`."""
    told = data(body, _Targets, path=ROUTE).active_targets or []
    labels = _node_labels(wanted)
    return ScrapeTargets(
        tuple(
            sorted(
                _target(one, labels, now=now)
                for one in told
                if _is_wanted(one.labels.get("job", ""), wanted)
            )
        )
    )


def from_up(samples: Iterable[Sample], wanted: Sequence[TargetSettings]) -> ScrapeTargets:
    """Return the targets that *samples* of ``up`` tell of."""
    labels = _node_labels(wanted)
    found = {
        ScrapeTarget(
            job=one.metric.get("job", ""),
            instance=one.metric.get("instance", ""),
            names=_names(one.metric, labels),
            path=one.metric.get(_PATH, ""),
            health=Health.UP if one.number == 1 else Health.DOWN,
        )
        for one in samples
        if _is_wanted(one.metric.get("job", ""), wanted)
    }
    return ScrapeTargets(tuple(sorted(found)))


def _target(one: _Target, labels: Sequence[str], *, now: datetime) -> ScrapeTarget:
    known = one.health in set(Health)
    every = interval(one.scrape_interval)
    return ScrapeTarget(
        job=one.labels.get("job", ""),
        instance=one.labels.get("instance", ""),
        names=_names(one.labels, labels, one.discovered_labels.names()),
        path=one.labels.get(_PATH, one.discovered_labels.path),
        health=Health(one.health) if known else Health.UNKNOWN,
        error=one.last_error[:_ERROR],
        stale=late(instant(one.last_scrape), every=every, now=now),
    )


def _is_wanted(job: str, wanted: Sequence[TargetSettings]) -> bool:
    return any(fnmatchcase(job, one.job) for one in wanted)


def _node_labels(wanted: Sequence[TargetSettings]) -> list[str]:
    return [*{one.label: None for one in wanted if one.label}, *NODE_LABELS]


def _names(
    labels: Mapping[str, str], named: Sequence[str], discovered: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return all by which a target's node may be recognised, each once, sorted."""
    found = {labels.get(one, "") for one in named}
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
