"""Alertmanager's answers (API v2), made facts."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.json import as_list, as_object, as_text
from exporter.domain.monitoring.alertmanager import (
    ActiveAlerts,
    AlertmanagerReceivers,
    AlertmanagerStatus,
    Matcher,
    Silence,
    Silences,
    is_ours,
)
from exporter.foreign import yaml
from exporter.foreign.files import MIB
from exporter.observed.endpoint import decoded

STATUS = "/api/v2/status"
SILENCES = "/api/v2/silences"
ALERTS = "/api/v2/alerts"
CONFIG_LIMIT = MIB
_INTEGRATIONS = "_configs"

_Instant = Annotated[datetime, Meta(tz=True)]


class _Peer(Struct):
    name: str


class _Cluster(Struct):
    status: str
    peers: list[_Peer] | None = None


class _Version(Struct):
    version: str = ""


class _Status(Struct, rename="camel"):
    cluster: _Cluster
    uptime: _Instant | None = None
    version_info: _Version = field(default_factory=_Version)


class _Config(Struct):
    original: str


class _Configured(Struct):
    config: _Config


class _State(Struct):
    state: str


class _Matcher(Struct, rename="camel"):
    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True


class _Silence(Struct, rename="camel"):
    id: str
    status: _State
    starts_at: _Instant
    ends_at: _Instant
    matchers: list[_Matcher] | None = None
    created_by: str = ""
    comment: str = ""


class _AlertStatus(Struct, rename="camel"):
    silenced_by: list[str] | None = None


class _Alert(Struct):
    labels: dict[str, str]
    status: _AlertStatus


_STATUS = msgspec.json.Decoder(_Status)
_CONFIGURED = msgspec.json.Decoder(_Configured)
_SILENCES = msgspec.json.Decoder(list[_Silence])
_ALERTS = msgspec.json.Decoder(list[_Alert])


def parse_status(body: bytes, *, ready: bool | None) -> AlertmanagerStatus:
    """Return how Alertmanager is doing; *ready* is what another route said of it."""
    found = decoded(_STATUS, body, path=STATUS)
    return AlertmanagerStatus(
        version=found.version_info.version,
        cluster=found.cluster.status,
        peers=frozenset(peer.name for peer in found.cluster.peers or ()),
        ready=ready,
        started=found.uptime,
    )


def parse_config(body: bytes) -> str:
    """Return the configuration; it may hold secrets, and must go no further than its receivers."""
    return decoded(_CONFIGURED, body, path=STATUS).config.original


def digest(config: str) -> bytes:
    """Return what tells one configuration from another, and nothing of it."""
    return hashlib.blake2b(config.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def parse_receivers(config: str) -> AlertmanagerReceivers:
    """Return the receivers of a configuration; raises :exc:`ReadError`, which quotes none of it."""
    if len(config) > CONFIG_LIMIT:
        raise _unusable("is larger than 1 MiB")
    try:
        document = yaml.load(config)
    except ParseError as error:
        raise _unusable(f"cannot be parsed, at line {error.line}") from None
    given = as_object(document).get("receivers")
    if not isinstance(given, list):
        raise _unusable("lists no receivers")
    receivers = [as_object(entry) for entry in given]
    return AlertmanagerReceivers(
        {
            as_text(receiver.get("name")): tuple(
                key.removesuffix(_INTEGRATIONS)
                for key in sorted(receiver)
                if key.endswith(_INTEGRATIONS) and as_list(receiver[key])
            )
            for receiver in receivers
        }
    )


def _unusable(what: str) -> ReadError:
    return ReadError(f"the configuration {what}", reason=Reason.MALFORMED, path=STATUS)


def parse_silences(body: bytes) -> Silences:
    """Return the silences that have not expired.

    One with several sets of matchers, which this version of the API cannot express, has none here.
    """
    found = [
        silence
        for silence in decoded(_SILENCES, body, path=SILENCES)
        if silence.status.state != "expired"
    ]
    silences = (
        Silence(
            id=entry.id,
            matchers=tuple(
                Matcher(name=each.name, value=each.value, regex=each.is_regex, equal=each.is_equal)
                for each in entry.matchers or ()
            ),
            starts=entry.starts_at,
            ends=entry.ends_at,
            created_by=entry.created_by,
            comment=entry.comment,
        )
        for entry in found
    )
    return Silences(tuple(sorted(silences, key=lambda silence: (silence.ends, silence.id))))


def parse_alerts(
    body: bytes, *, watchdog: str, labels: Mapping[str, str] = MappingProxyType({})
) -> ActiveAlerts:
    """Count the alerts with these *labels* that are ours, or the one that always fires.

    The watchdog of another cluster says nothing about this one.
    """
    counts: Counter[str] = Counter()
    silenced: Counter[str] = Counter()
    for alert in decoded(_ALERTS, body, path=ALERTS):
        if not labels.items() <= alert.labels.items():
            continue
        name = alert.labels.get("alertname", "")
        if name == watchdog or is_ours(name):
            counts[name] += 1
        if is_ours(name):
            silenced.update(alert.status.silenced_by or ())
    return ActiveAlerts(watchdog=watchdog, counts=dict(counts), silenced=dict(silenced))
