"""Grafana's answers, made facts.

The shapes are those that the documentation of its HTTP API shows for Grafana 10 to 12.
"""

from http import HTTPStatus

import msgspec
from msgspec import Raw, Struct, field

from exporter.domain.errors import ReadError
from exporter.domain.monitoring.grafana import (
    Asked,
    Dashboard,
    Datasource,
    GrafanaHealth,
    Told,
    Untold,
)
from exporter.observed.endpoint import Reply, decoded

_SAID = 200


class _Health(Struct):
    database: str
    version: str = ""


class _Message(Struct):
    message: str


class _JsonData(Struct):
    implementation: str | None = None


class _Datasource(Struct, rename="camel"):
    name: str
    uid: str
    type: str
    is_default: bool = False
    json_data: _JsonData | None = None


class _Values(Struct):
    values: list[Raw] | None = None


class _Frame(Struct):
    data: _Values | None = None


class _Result(Struct):
    status: int = 200
    error: str = ""
    frames: list[_Frame] | None = None


class _Results(Struct):
    results: dict[str, _Result]


class _Check(Struct):
    status: str
    message: str = ""


class _Alertmanager(Struct):
    cluster: Raw


class _Titled(Struct):
    title: str
    uid: str = ""


class _Meta(Struct, rename="camel"):
    folder_uid: str = ""
    folder_title: str = ""


class _Dashboard(Struct):
    dashboard: _Titled
    meta: _Meta = field(default_factory=_Meta)


class _Hit(Struct, rename="camel"):
    uid: str
    title: str
    type: str = "dash-db"
    folder_uid: str = ""
    folder_title: str = ""


_HEALTH = msgspec.json.Decoder(_Health)
_MESSAGE = msgspec.json.Decoder(_Message)
_DATASOURCE = msgspec.json.Decoder(_Datasource)
_RESULTS = msgspec.json.Decoder(_Results)
_CHECK = msgspec.json.Decoder(_Check)
_ALERTMANAGER = msgspec.json.Decoder(_Alertmanager)
_DASHBOARD = msgspec.json.Decoder(_Dashboard)
_FOLDER = msgspec.json.Decoder(_Titled)
_HITS = msgspec.json.Decoder(list[_Hit])


def parse_health(reply: Reply) -> GrafanaHealth:
    """Return the health; Grafana answers 503 where its database is failing."""
    if reply.status not in {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}:
        raise reply.refusal()
    try:
        found = decoded(_HEALTH, reply.body, path=reply.path)
    except ReadError:
        if reply.status == HTTPStatus.OK:
            raise
        raise reply.refusal() from None
    return GrafanaHealth(found.database, found.version)


def parse_datasource(reply: Reply) -> Datasource:
    """Return a datasource; nothing of its address and credentials is looked at."""
    found = decoded(_DATASOURCE, reply.body, path=reply.path)
    given = found.json_data.implementation if found.json_data else None
    return Datasource(
        name=found.name,
        uid=found.uid,
        type=found.type,
        default=found.is_default,
        implementation=given or "",
    )


def parse_results(reply: Reply) -> Told:
    """Return what came of a query: the whole may be a 200 and hold an error all the same."""
    try:
        found = decoded(_RESULTS, reply.body, path=reply.path).results
    except ReadError:
        return Told(asked=Asked.QUERY, trouble=answered(reply))
    for result in found.values():
        if result.error or result.status >= HTTPStatus.BAD_REQUEST:
            said = result.error or f"status {result.status}"
            return Told(asked=Asked.QUERY, trouble=said)
    if reply.status != HTTPStatus.OK:
        return Told(asked=Asked.QUERY, trouble=answered(reply))
    some = any(_holds(frame) for result in found.values() for frame in result.frames or ())
    return Told(asked=Asked.QUERY, trouble="" if some else "the query gives no data")


def _holds(frame: _Frame) -> bool:
    values = frame.data.values if frame.data else None
    return any(bytes(value).strip() not in {b"[]", b"null"} for value in values or ())


def parse_alertmanager(reply: Reply) -> Told:
    """Return what came of asking an Alertmanager for its status."""
    if reply.status != HTTPStatus.OK:
        return Told(asked=Asked.STATUS, trouble=answered(reply))
    try:
        decoded(_ALERTMANAGER, reply.body, path=reply.path)
    except ReadError as error:
        return Told(asked=Asked.STATUS, trouble=error.message)
    return Told(asked=Asked.STATUS)


def parse_check(reply: Reply) -> Told:
    """Return what came of a plugin's own health check."""
    try:
        found = decoded(_CHECK, reply.body, path=reply.path)
    except ReadError:
        return Told(asked=Asked.HEALTH, trouble=answered(reply))
    well = reply.status == HTTPStatus.OK and found.status.upper() == "OK"
    return Told(asked=Asked.HEALTH, trouble="" if well else found.message or found.status)


def parse_dashboard(reply: Reply, *, uid: str) -> Dashboard:
    """Return the dashboard of this *uid*."""
    found = decoded(_DASHBOARD, reply.body, path=reply.path)
    return Dashboard(
        uid=uid,
        title=found.dashboard.title,
        folder_uid=found.meta.folder_uid,
        folder=found.meta.folder_title if found.meta.folder_uid else "",
    )


def parse_folder(reply: Reply) -> str:
    """Return the title of a folder."""
    return decoded(_FOLDER, reply.body, path=reply.path).title


def parse_hits(reply: Reply) -> list[Dashboard]:
    """Return the dashboards on one page of a search."""
    return [
        Dashboard(
            uid=hit.uid,
            title=hit.title,
            folder_uid=hit.folder_uid,
            folder=hit.folder_title if hit.folder_uid else "",
        )
        for hit in decoded(_HITS, reply.body, path=reply.path)
        if hit.type == "dash-db"
    ]


def answered(reply: Reply) -> str:
    """Return a refusal in Grafana's own words, where it has some."""
    said = _said(reply)
    return f"Grafana answered {reply.status}" + (f": {said[:_SAID]}" if said else "")


def lacking(reply: Reply, permission: str) -> Untold:
    """Return that the token lacks a *permission*, or that something else went wrong."""
    if reply.status == HTTPStatus.FORBIDDEN:
        return Untold(f"{answered(reply)}; the token needs the permission {permission}")
    return Untold(answered(reply))


def usable(reply: Reply) -> Reply:
    """Return *reply*; raises :exc:`ReadError` where it is none of Grafana to this request.

    Without valid credentials nothing can be asked, and a redirection leads to a login page. That
    something is not found only Grafana can tell, in its own words: so does an ingress without it.
    """
    redirected = reply.status in range(300, 400)
    strange = reply.status == HTTPStatus.NOT_FOUND and not _said(reply)
    if reply.status == HTTPStatus.UNAUTHORIZED or redirected or strange:
        raise reply.refusal()
    return reply


def _said(reply: Reply) -> str:
    """Return Grafana's own words, or nothing where it has none."""
    try:
        return _MESSAGE.decode(reply.body).message
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
