"""What is asked of Grafana about one declared datasource, and of that datasource through it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from exporter.domain.errors import ReadError, Reason
from exporter.domain.monitoring.grafana import (
    MISSING,
    Asked,
    Datasource,
    Missing,
    ObservedDatasource,
    Told,
    Untold,
)
from exporter.observed.endpoint import Endpoint, Reply
from exporter.observed.grafana.messages import (
    answered,
    lacking,
    parse_alertmanager,
    parse_check,
    parse_datasource,
    parse_results,
    usable,
)
from exporter.settings.monitoring import DatasourceSettings

QUERY = "/api/ds/query"
_INSTANT: Mapping[str, Mapping[str, Any]] = {
    "prometheus": {"expr": "count(up)", "instant": True, "range": False},
    "loki": {"expr": "vector(1)", "queryType": "instant"},
}
_SPEAKS: Mapping[str, str] = {
    "grafana-amazonprometheus-datasource": "prometheus",
    "grafana-azureprometheus-datasource": "prometheus",
}
"""Plugins that are asked like another one."""


async def ask_datasource(endpoint: Endpoint, declared: DatasourceSettings) -> ObservedDatasource:
    """Look a datasource up, and let it answer; raises :exc:`ReadError` where Grafana does not.

    Reading its description needs more permissions than asking it does: where only the first is
    refused, a uid and a type that are declared are enough to ask it.
    """
    found = await _describe(endpoint, declared)
    if isinstance(found, Missing):
        return ObservedDatasource(MISSING, MISSING)
    if isinstance(found, Datasource):
        return ObservedDatasource(found, await _let_answer(endpoint, declared, found))
    if not declared.uid:
        return ObservedDatasource(found, found)
    likely = Datasource(name=declared.name, uid=declared.uid, type=declared.type)
    return ObservedDatasource(found, await _let_answer(endpoint, declared, likely))


async def _describe(
    endpoint: Endpoint, declared: DatasourceSettings
) -> Datasource | Missing | Untold:
    by, value = ("uid", declared.uid) if declared.uid else ("name", declared.name)
    reply = usable(await endpoint.ask("GET", f"/api/datasources/{by}/{quote(value, safe='')}"))
    match reply.status:
        case HTTPStatus.OK:
            return parse_datasource(reply)
        case HTTPStatus.NOT_FOUND:
            return MISSING
        case _:
            return lacking(reply, "datasources:read")


async def _let_answer(
    endpoint: Endpoint, declared: DatasourceSettings, found: Datasource
) -> Told | Missing | Untold:
    """Ask as its type is asked; what takes too long is trouble of the datasource, not Grafana's."""
    kind = _SPEAKS.get(found.type, found.type)
    how = {"alertmanager": Asked.STATUS, **dict.fromkeys(_INSTANT, Asked.QUERY)}
    asked = how.get(kind, Asked.HEALTH)
    try:
        match asked:
            case Asked.QUERY:
                return await _query(endpoint, found, {**_INSTANT[kind], **_expression(declared)})
            case Asked.STATUS:
                return await _status(endpoint, found)
            case Asked.HEALTH:
                return await _check(endpoint, found)
    except ReadError as error:
        if error.reason is not Reason.TIMEOUT:
            raise
        return Told(asked=asked, trouble=error.message)


def _expression(declared: DatasourceSettings) -> dict[str, str]:
    return {"expr": declared.query} if declared.query else {}


async def _query(
    endpoint: Endpoint, found: Datasource, query: Mapping[str, Any]
) -> Told | Missing | Untold:
    document = {
        "queries": [
            {
                "refId": "A",
                "datasource": {"uid": found.uid, "type": found.type},
                "intervalMs": 60_000,
                "maxDataPoints": 1,
                **query,
            }
        ],
        "from": "now-5m",
        "to": "now",
    }
    reply = usable(await endpoint.ask("POST", QUERY, document=document))
    if reply.status in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}:
        return lacking(reply, "datasources:query")
    if reply.status == HTTPStatus.NOT_FOUND:
        return _not_found(reply, asked=Asked.QUERY)
    return parse_results(reply)


def _not_found(reply: Reply, *, asked: Asked) -> Told | Missing:
    """Tell a datasource that is not there from one whose plugin is not."""
    said = answered(reply)
    return Told(asked=asked, trouble=said) if "plugin" in said.casefold() else MISSING


async def _status(endpoint: Endpoint, found: Datasource) -> Told | Missing | Untold:
    """Ask an Alertmanager for its status; Grafana has no queries for one."""
    prefix = "alertmanager/" if found.implementation in {"mimir", "cortex"} else ""
    path = f"/api/datasources/proxy/uid/{quote(found.uid, safe='')}/{prefix}api/v2/status"
    reply = await endpoint.ask("GET", path)
    if reply.status == HTTPStatus.FORBIDDEN:
        return lacking(reply, "datasources:query")
    return parse_alertmanager(reply)


async def _check(endpoint: Endpoint, found: Datasource) -> Told | Missing | Untold:
    reply = usable(
        await endpoint.ask("GET", f"/api/datasources/uid/{quote(found.uid, safe='')}/health")
    )
    if reply.status == HTTPStatus.FORBIDDEN:
        return lacking(reply, "datasources:query")
    if reply.status in {HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED}:
        kind = found.type or "unknown"
        return Untold(f"{answered(reply)}; a datasource of type {kind} has no health check")
    return parse_check(reply)
