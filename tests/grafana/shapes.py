"""The documents that Grafana answers with, in the shapes of its documentation for 10 to 12."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web


@dataclass(slots=True)
class Datasource:
    """A datasource; *trouble* is what its queries fail with."""

    name: str
    uid: str
    type: str
    default: bool = False
    implementation: str = ""
    values: tuple[float, ...] = (1.0,)
    trouble: str = ""
    gently: bool = False
    """Fail within a 200, as versions and proxies do that know no other."""


def datasource(found: Datasource | None) -> web.Response:
    """Describe a datasource, or say that there is none."""
    if found is None:
        return message(404, "Data source not found")
    document = {
        "id": 1,
        "uid": found.uid,
        "orgId": 1,
        "name": found.name,
        "type": found.type,
        "typeLogoUrl": "",
        "access": "proxy",
        "url": "http://backend.test",
        "user": "",
        "database": "",
        "basicAuth": False,
        "isDefault": found.default,
        "jsonData": {"implementation": found.implementation} if found.implementation else {},
        "secureJsonFields": {},
        "version": 1,
        "readOnly": True,
    }
    return web.json_response(document)


def result(values: tuple[float, ...]) -> dict[str, Any]:
    """Return the result of one query, a frame of *values*."""
    fields = [
        {"name": "Time", "type": "time", "typeInfo": {"frame": "time.Time"}},
        {"name": "Value", "type": "number", "typeInfo": {"frame": "float64"}, "labels": {}},
    ]
    times = [1763000000000 + number for number in range(len(values))]
    frame = {
        "schema": {"refId": "A", "meta": {"type": "numeric-multi"}, "fields": fields},
        "data": {"values": [times, list(values)]},
    }
    return {"status": 200, "frames": [frame]}


def message(status: int, text: str) -> web.Response:
    """Answer with Grafana's form of an error."""
    return web.json_response({"message": text, "traceID": ""}, status=status)
