"""Argo CD as far as its Applications show it: it compares them again and again."""

import asyncio
from datetime import UTC, datetime, timedelta

from exporter.domain.instants import parse_instant
from tests.apiserver import edits
from tests.apiserver.server import ApiServer
from tests.apiserver.store import Object

HALTED = timedelta(hours=2)


async def comparing(api: ApiServer, *, every: float = 60) -> None:
    """Compare all Applications *every* so many seconds, until cancelled."""
    while True:
        await asyncio.sleep(every)
        compare(api)


def compare(api: ApiServer) -> None:
    """Compare all Applications whose controller has not halted."""
    for application in api.objects("applications"):
        if not _is_halted(application):
            metadata = application["metadata"]
            namespace = metadata.get("namespace", "")
            api.change("applications", metadata["name"], namespace, edit=edits.compared)


def halted(application: Object) -> None:
    """Let an Application be as its controller left it some time ago."""
    application["status"]["reconciledAt"] = edits.written(datetime.now(UTC) - HALTED)


def _is_halted(application: Object) -> bool:
    compared = application.get("status", {}).get("reconciledAt")
    return compared is not None and datetime.now(UTC) - parse_instant(compared) >= HALTED
