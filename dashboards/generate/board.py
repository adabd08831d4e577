"""What all dashboards share: variables, links to each other, and the grid."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    VariableHide,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from dashboards.generate import links
from dashboards.generate.panels import DATASOURCE
from dashboards.generate.queries import ours, series
from dashboards.generate.states import BLUE, GREY, YELLOW

Panel: TypeAlias = stat.Panel | statetimeline.Panel | table.Panel | timeseries.Panel
TITLES = {
    links.OVERVIEW: "Cluster conformance / Overview",
    links.LAYER: "Cluster conformance / Layer",
    links.SUBJECT: "Cluster conformance / Subject",
    links.EXPORTER: "Cluster conformance / Exporter",
    links.FLEET: "Cluster conformance / Fleet",
}


@dataclass(frozen=True, slots=True)
class Band:
    """Panels beside each other, as wide together as the grid; all have one height."""

    height: int
    panels: tuple[tuple[int, Panel], ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading above the bands that follow."""

    id: int
    title: str


def board(
    uid: str,
    description: str,
    *parts: Band | Heading,
    variables: tuple[builders.QueryVariable, ...] = (),
) -> builders.Dashboard:
    """Make a dashboard of *parts*, one below the other."""
    made = builders.Dashboard(TITLES[uid]).uid(uid).description(description).readonly()
    made = made.tags(["cluster-conformance"]).time("now-24h", "now").refresh("1m")
    made = made.tooltip(DashboardCursorSync.CROSSHAIR)
    for variable in (*_common(), *variables, *_addresses()):
        made = made.with_variable(variable)
    for link in _links(uid):
        made = made.link(link)
    made = made.annotations(list(_annotations()))
    for part in parts:
        if isinstance(part, Heading):
            made = made.with_row(builders.Row(part.title).id(part.id))
            continue
        for width, panel in part.panels:
            made = made.with_panel(panel.height(part.height).span(width))
    return made


def query_variable(name: str, label: str, *, query: str) -> builders.QueryVariable:
    """Make a variable that takes one of the values of a label."""
    made = builders.QueryVariable(name).label(label).query(query)
    made = made.datasource(DATASOURCE).refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
    return made.sort(VariableSort.ALPHABETICAL_ASC).current(VariableOption(text="", value=""))


def with_all(variable: builders.QueryVariable, every: str) -> builders.QueryVariable:
    """Let a variable take several values, and all of them, written *every*, at first."""
    made = variable.multi(multi=True).include_all(include_all=True).all_value(every)
    return made.current(VariableOption(selected=True, text=["All"], value=["$__all"]))


def _common() -> Iterator[builders.DatasourceVariable | builders.QueryVariable]:
    info = "cluster_conformance_build_info"
    yield builders.DatasourceVariable("datasource").label("Data source").type("prometheus")
    yield with_all(
        query_variable("cluster", "Cluster", query=f"label_values({info}, cluster)"), ".*"
    )
    query = f'label_values({info}{{cluster=~"$cluster|"}}, job)'
    yield with_all(query_variable("job", "Job", query=query), ".+")


def _addresses() -> Iterator[builders.TextBoxVariable]:
    for name, label, address in (
        ("runbooks", "Runbooks", links.RUNBOOKS),
        ("status_page", "Status page", links.STATUS_PAGE),
    ):
        made = builders.TextBoxVariable(name).label(label).default_value(address)
        made = made.current(VariableOption(selected=True, text=address, value=address))
        yield made.hide(VariableHide.HIDE_VARIABLE)


def _annotations() -> Iterator[builders.AnnotationQuery]:
    """Yield what may explain a change: a commit, a restart, other settings."""
    committed = series("source_revision_timestamp_seconds", 'source="repository"')
    reloaded = series("config_last_reload_success_timestamp_seconds")
    started = ours(series("process_start_time_seconds"))
    for name, colour, expr in (
        ("Commits", BLUE, f"max by (cluster) (changes({committed}[2m])) > 0"),
        ("Restarts", GREY, f"max by (cluster) ({started}) > time() - 120"),
        ("Reloads", YELLOW, f"max by (cluster) (changes({reloaded}[2m])) > 0"),
    ):
        made = builders.AnnotationQuery().name(name).datasource(DATASOURCE).enable(enable=True)
        made = made.hide(hide=False).icon_color(colour).expr(expr).step("1m")
        yield made.title_format(name).text_format("{{cluster}}")


def _links(uid: str) -> Iterator[builders.DashboardLink]:
    for other, title in TITLES.items():
        if other != uid:
            made = builders.DashboardLink(title.rpartition(" / ")[2]).url(f"/d/{other}")
            yield (
                made.type(DashboardLinkType.LINK)
                .include_vars(include_vars=True)
                .keep_time(keep_time=True)
                .icon("dashboard")
                .tooltip(title)
            )
    made = (
        builders.DashboardLink("Status page")
        .url("${status_page:raw}")
        .target_blank(target_blank=True)
    )
    yield made.type(DashboardLinkType.LINK).icon("external link").tooltip(links.STATUS.title)
