"""The parsers of what repositories, registries and Argo CD say beside manifests."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from exporter.declared.argocd.image_updates import of_annotations
from exporter.declared.helm.index import entries
from exporter.declared.helm.versions import closest
from exporter.declared.mounts import RemoteBase
from exporter.domain.charts import parse_registry
from exporter.domain.codeowners import parse_code_owners
from exporter.domain.cron import Schedule
from exporter.domain.errors import ParseError, ReadError
from exporter.domain.objectkeys import GroupKind
from exporter.observed import objectstatus, platform
from exporter.observed.argocd.messages import parse_manifests
from exporter.settings.charts import parse_fetched

from .target import Target, as_any_text

_AT = datetime(2025, 11, 12, 12, tzinfo=UTC)
_AUTOSCALER = GroupKind("autoscaling", "HorizontalPodAutoscaler")
_VERSIONS = ("1.2.3", "v2.0.0-rc.1", "2.0.0+build", "10.0.0")
_INDEX = b"""apiVersion: v1
entries:
  redis:
  - version: 1.2.3
    urls: [redis-1.2.3.tgz]
    digest: %s
  web: []
""" % (b"a" * 64)
_UPDATES = b"""{"argocd-image-updater.argoproj.io/image-list": "app=example/app:~1.2",
"argocd-image-updater.argoproj.io/app.update-strategy": "semver",
"argocd-image-updater.argoproj.io/app.allow-tags": "regexp:^v[0-9]+$"}"""
_RULES = b"""{"metadata": {"name": "argocd-cm", "namespace": "argocd"},
"data": {"timeout.reconciliation": "180s"}}"""
_DISCOVERED = b"""{"items": [{"metadata": {"name": "apps"}, "versions": [{"version": "v1",
"resources": [{"resource": "deployments", "verbs": ["list", "watch"],
"responseKind": {"kind": "Deployment"}}]}]}]}"""
_STATUS = b"""{"metadata": {"annotations": {"autoscaling.alpha.kubernetes.io/conditions": "[]"}},
"status": {"conditions": [{"type": "AbleToScale", "status": "True"}]}}"""


def _schedule(text: str) -> object:
    schedule = Schedule.parse(text, descriptors=True)
    return schedule.after(_AT), schedule.until(_AT)


def _updates(text: str) -> object:
    given = msgspec.json.decode(text.encode("utf-8", "replace"), type=dict[str, str])
    return tuple(of_annotations(given))


def _discovered(body: bytes) -> object:
    return platform.parse_version(body), tuple(platform.served_in(platform.parse_discovery(body)))


def _status(body: bytes) -> object:
    content = msgspec.json.decode(body, type=dict[str, Any])
    return objectstatus.kept_status(content, _AUTOSCALER)


def _bytes(
    name: str, parse: Callable[[bytes], object], *seeds: bytes, module: str, **given: Any
) -> Target:
    return Target(name=name, modules=(module,), parse=parse, given=bytes, seeds=seeds, **given)


def _text(name: str, parse: Callable[[str], object], *seeds: bytes, module: str) -> Target:
    return Target(
        name=name,
        modules=(module,),
        parse=parse,
        given=as_any_text,
        seeds=seeds,
        allowed=(ParseError, msgspec.DecodeError, RecursionError),
    )


TARGETS = (
    _text(
        "code-owners",
        lambda text: parse_code_owners(text).of("apps/shop/deployment.yaml"),
        b"* @all\n/apps/ @a @b # both\n[Section][2] @c\n**/shop/*.yaml\n",
        module="exporter.domain.codeowners",
    ),
    _text(
        "cron-schedule",
        _schedule,
        b"*/5 0-6 1,15 jan ?",
        b"@daily",
        module="exporter.domain.cron",
    ),
    _text(
        "registry",
        parse_registry,
        b"https://charts.example.org/a/",
        b"oci://registry.example.org:5000/charts",
        module="exporter.domain.charts",
    ),
    _text(
        "registry-setting",
        parse_fetched,
        b"oci://registry.example.org/charts",
        module="exporter.settings.charts",
    ),
    _text(
        "chart-range",
        lambda text: closest(text, _VERSIONS),
        b">=1.2 <3 || ^10",
        b"~1.2.3 - 4",
        module="exporter.declared.helm.versions",
    ),
    _text(
        "remote-base",
        RemoteBase.parse,
        b"https://git.example.org/a/b.git//c?ref=v1",
        b"git@example.org:a/b//c",
        module="exporter.declared.mounts",
    ),
    _text("image-updates", _updates, _UPDATES, module="exporter.declared.argocd.image_updates"),
    _bytes(
        "chart-index",
        lambda data: entries(data, "redis", base="https://charts.example.org/"),
        _INDEX,
        b'{"entries": {"redis": [{"version": "1"}]}}',
        module="exporter.declared.helm.index",
        allowed=(ReadError,),
    ),
    _bytes(
        "rendered-by-argocd",
        lambda data: parse_manifests(data, path="/api/v1/applications/a/manifests"),
        b'{"manifests": ["{}"], "revision": "a"}',
        module="exporter.observed.argocd.messages",
        allowed=(ReadError,),
    ),
    _bytes(
        "discovery-of-apis",
        _discovered,
        _DISCOVERED,
        b'{"gitVersion": "v1.31.2"}',
        module="exporter.observed.platform",
        allowed=(ParseError,),
    ),
    _bytes(
        "config-map-of-argocd",
        platform.parse_config_map,
        _RULES,
        module="exporter.observed.platform",
        allowed=(ParseError,),
    ),
    _bytes(
        "kept-status",
        _status,
        _STATUS,
        module="exporter.observed.objectstatus",
        allowed=(msgspec.DecodeError, UnicodeDecodeError, RecursionError),
    ),
)
