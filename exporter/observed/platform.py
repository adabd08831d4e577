"""What a cluster says of itself to a deployer: its version, its APIs, and Argo CD's ConfigMap.

Source: Kubernetes API, ``/version`` and discovery (also aggregated); Argo CD,
``clusterCache.sync`` (which kinds count as served), ``util/settings`` (keys of ``argocd-cm``).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec
from msgspec import Raw, Struct

from exporter.domain.errors import ParseError
from exporter.domain.platform import Platform, RulesData, plain_version
from exporter.observed.lenient import BROKEN

RULES: Final = "argocd-cm"
HOME: Final = "argocd"
"""The namespace in which Argo CD usually runs."""

KEYS: Final = frozenset(
    {
        "application.instanceLabelKey",
        "application.resourceTrackingMethod",
        "installationID",
        "kustomize.buildOptions",
        "resource.customizations",
        "resource.exclusions",
        "resource.inclusions",
        "timeout.reconciliation",
        "timeout.reconciliation.jitter",
    }
)
KEYED: Final = "resource.customizations.ignoreDifferences."
"""All that is kept of ``argocd-cm``, which may hold secrets of logins beside it."""

MAX_APIS: Final = 20_000
MAX_RULES: Final = 1 << 20
"""Characters that a ConfigMap may have, as the API server says."""

_NAMED: Final = re.compile(r"(?:[a-z0-9][-a-z0-9.]{0,252}/)?v[a-z0-9]{1,62}")
_FOLLOWED: Final = frozenset({"list", "watch"})
_T = TypeVar("_T")


class _Version(Struct, rename="camel", gc=False):
    git_version: str = ""


class _Versions(Struct, rename="camel", gc=False):
    """What ``kubectl version -o json`` and ``/version`` say."""

    server_version: _Version | None = None
    git_version: str = ""


class _Kind(Struct, gc=False):
    kind: str = ""


class _Resource(Struct, rename="camel", gc=False):
    kind: str = ""
    response_kind: _Kind | None = None
    verbs: list[str] = []
    group: str = ""
    version: str = ""


class _Served(Struct, gc=False):
    version: str = ""
    resources: list[_Resource] = []


class _Name(Struct, frozen=True, gc=False):
    name: str = ""


class _GroupItem(Struct, gc=False):
    metadata: _Name = _Name()
    versions: list[_Served] = []


class _GroupVersion(Struct, rename="camel", gc=False):
    group_version: str = ""


class _Group(Struct, gc=False):
    versions: list[_GroupVersion] = []


class Discovery(Struct, rename="camel", gc=False):
    """A document of discovery, aggregated or not: all that any of its kinds may hold."""

    kind: str = ""
    group_version: str = ""
    items: list[_GroupItem] = []
    resources: list[_Resource] = []
    groups: list[_Group] = []
    versions: list[str] = []

    @property
    def served_versions(self) -> list[str]:
        """The ``group/version`` that it names without their resources."""
        named = (found.group_version for group in self.groups for found in group.versions)
        return [one for one in (*self.versions, *named) if _NAMED.fullmatch(one)]


class _Metadata(Struct, frozen=True, gc=False):
    name: str = ""
    namespace: str = ""


class _ConfigMap(Struct, gc=False):
    metadata: _Metadata = _Metadata()
    data: dict[str, str] | None = None


class _ConfigMaps(Struct, gc=False):
    items: list[_ConfigMap] | None = None


_VERSIONS = msgspec.json.Decoder(_Versions)
_DISCOVERY = msgspec.json.Decoder(Discovery)
_GROUP_ITEM = msgspec.json.Decoder(_GroupItem)
_CONFIG_MAP = msgspec.json.Decoder(_ConfigMap)
_CONFIG_MAPS = msgspec.json.Decoder(_ConfigMaps)


def _decoded(decoder: msgspec.json.Decoder[_T], body: bytes | Raw) -> _T:
    try:
        return decoder.decode(body)
    except BROKEN as error:
        raise ParseError(f"is not what it should be: {error}") from None


def parse_version(body: bytes | Raw) -> str:
    """Return the server's version, empty where it says none; raises :exc:`ParseError`."""
    found = _decoded(_VERSIONS, body)
    text = found.server_version.git_version if found.server_version else found.git_version
    return plain_version(text)


def parse_discovery(body: bytes | Raw) -> Discovery:
    """Return a document of discovery; raises :exc:`ParseError`."""
    return _decoded(_DISCOVERY, body)


def served_in(document: Discovery) -> Iterator[str]:
    """Yield ``group/version`` and ``group/version/Kind`` of what can be listed and watched."""
    for group in document.items:
        yield from _served_in_group(group)
    for resource in document.resources:
        version = _join(resource.group, resource.version) if resource.version else ""
        yield from _served(version or document.group_version, (resource,))


def _served_in_group(group: _GroupItem) -> Iterator[str]:
    for served in group.versions:
        yield from _served(_join(group.metadata.name, served.version), served.resources)


def _served(version: str, resources: Iterable[_Resource]) -> Iterator[str]:
    for resource in resources:
        kind = resource.response_kind.kind if resource.response_kind else resource.kind
        if version and kind and set(resource.verbs) >= _FOLLOWED:
            yield version
            yield f"{version}/{kind}"


def _join(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version


def parse_rules(body: bytes | Raw) -> tuple[RulesData, ...]:
    """Return every ``argocd-cm`` of a list of ConfigMaps; raises :exc:`ParseError`."""
    found = (_rules(one) for one in _decoded(_CONFIG_MAPS, body).items or ())
    return tuple(filter(None, found))


def parse_config_map(body: bytes | Raw) -> RulesData | None:
    """Return what a ConfigMap says if it is ``argocd-cm``; raises :exc:`ParseError`."""
    return _rules(_decoded(_CONFIG_MAP, body))


def _rules(found: _ConfigMap) -> RulesData | None:
    if found.metadata.name != RULES:
        return None
    data = {
        key: text
        for key, text in (found.data or {}).items()
        if (key in KEYS or key.startswith(KEYED)) and len(text) <= MAX_RULES
    }
    return RulesData(where=f"{found.metadata.namespace}/{RULES}", data=data)


def chosen(found: Sequence[RulesData]) -> tuple[RulesData | None, str]:
    """Return the ConfigMap that counts, or why none does: there may be several Argo CDs."""
    home = [one for one in found if one.where == f"{HOME}/{RULES}"]
    if len(found) == 1 or home:
        return (home or found)[0], ""
    where = ", ".join(sorted(one.where for one in found)[:3])
    return None, f"several Argo CDs have rules ({where})" if found else ""


DISCOVERED: Final = frozenset({"APIGroupDiscovery", "APIResourceList", "APIGroupList"})
"""Kinds of what a dump may hold that is no object of the cluster."""


@dataclass(slots=True)
class DumpedPlatform:
    """What a dump shows of the platform, document by document.

    Its APIs are known where documents tell of the core group and of others.
    """

    kube_version: str = ""
    apis: set[str] = field(default_factory=set)
    rules: list[RulesData] = field(default_factory=list)
    broken: str = ""

    def take(self, kind: str, raw: Raw) -> None:
        """Take in what tells of the platform; what is amiss tells nothing."""
        try:
            self._take(kind, raw)
        except ParseError as error:
            self.broken = f"{RULES} {error.message}" if kind == "ConfigMap" else self.broken

    def _take(self, kind: str, raw: Raw) -> None:
        if kind == "ConfigMap" and RULES.encode() in bytes(raw):
            found = parse_config_map(raw)
            self.rules += [found] if found else []
        elif kind == "APIGroupDiscovery":
            self.apis.update(_served_in_group(_decoded(_GROUP_ITEM, raw)))
        elif kind == "APIResourceList":
            self.apis.update(served_in(parse_discovery(raw)))
        elif not kind:
            self.kube_version = parse_version(raw) or self.kube_version

    def fact(self) -> Platform:
        """Return what is known."""
        rules, refused = chosen(self.rules)
        whole = {"v1", "apps/v1"} <= self.apis and len(self.apis) <= MAX_APIS
        return Platform(
            kube_version=self.kube_version,
            api_versions=tuple(sorted(self.apis)) if whole else None,
            rules=rules,
            refused=refused or ("" if rules else self.broken),
        )
