"""What is asked of Grafana about declared dashboards."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote

from exporter.domain.monitoring.grafana import (
    Dashboard,
    Dashboards,
    ObservedDashboards,
    Untold,
)
from exporter.observed.endpoint import Endpoint
from exporter.observed.grafana.messages import (
    lacking,
    parse_dashboard,
    parse_folder,
    parse_hits,
    usable,
)
from exporter.observed.polling import query_each
from exporter.settings.monitoring import DashboardSettings

SEARCH = "/api/search"
PAGE = 1000
MAX_PAGES = 20
READ = "dashboards:read"


async def ask_dashboards(
    endpoint: Endpoint, declared: Mapping[str, DashboardSettings]
) -> ObservedDashboards:
    """Look up what has a uid, and list all once for what has but a title.

    Titles are compared here: a search by title finds other things in each version of Grafana.
    Raises :exc:`ReadError` where Grafana does not answer.
    """

    async def query(dashboard: DashboardSettings) -> Dashboards | Untold:
        return await _by_uid(endpoint, dashboard)

    by_uid = {key: dashboard for key, dashboard in declared.items() if dashboard.uid}
    found = await query_each(by_uid, query)
    by_title = [dashboard for dashboard in declared.values() if not dashboard.uid]
    if by_title:
        listed = await _list(endpoint)
        found |= {dashboard.key: _by_title(listed, dashboard.title) for dashboard in by_title}
    return ObservedDashboards({key: found[key] for key in declared})


async def _by_uid(endpoint: Endpoint, declared: DashboardSettings) -> Dashboards | Untold:
    path = f"/api/dashboards/uid/{quote(declared.uid, safe='')}"
    reply = usable(await endpoint.ask("GET", path))
    if reply.status == HTTPStatus.NOT_FOUND:
        return ()
    if reply.status != HTTPStatus.OK:
        return lacking(reply, READ)
    found = parse_dashboard(reply, uid=declared.uid)
    if declared.folder and found.folder_uid and not found.folder:
        found = replace(found, folder=await _folder(endpoint, found.folder_uid))
    return (found,)


async def _folder(endpoint: Endpoint, uid: str) -> str | Untold:
    """Return the title of a folder: a dashboard names it only to those who may read it."""
    reply = usable(await endpoint.ask("GET", f"/api/folders/{quote(uid, safe='')}"))
    return parse_folder(reply) if reply.status == HTTPStatus.OK else lacking(reply, "folders:read")


async def _list(endpoint: Endpoint) -> list[Dashboard] | Untold:
    """Return all dashboards that Grafana shows; none at all is more likely a lack of permission."""
    found: dict[str, Dashboard] = {}
    for page in range(1, MAX_PAGES + 1):
        params = {"type": "dash-db", "limit": str(PAGE), "page": str(page)}
        reply = usable(await endpoint.ask("GET", SEARCH, params=params))
        if reply.status != HTTPStatus.OK:
            return lacking(reply, READ)
        known, hits = len(found), parse_hits(reply)
        found.update((hit.uid, hit) for hit in hits)
        if len(hits) < PAGE or len(found) == known:
            break
    else:
        return Untold(f"there are more than {MAX_PAGES * PAGE} dashboards: declare it by its uid")
    if not found:
        return Untold(f"Grafana shows no dashboard at all; the token needs the permission {READ}")
    return list(found.values())


def _by_title(listed: list[Dashboard] | Untold, title: str) -> Dashboards | Untold:
    if isinstance(listed, Untold):
        return listed
    return tuple(sorted((hit for hit in listed if hit.title == title), key=lambda hit: hit.uid))
