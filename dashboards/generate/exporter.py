"""The dashboard of the exporter: what it reads, whether it keeps up, and what that costs."""

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries

from dashboards.generate import links, shared
from dashboards.generate.board import Band, Heading, board
from dashboards.generate.panels import About, Query, Scale, lines, names, number, timeline, verdict
from dashboards.generate.queries import (
    age,
    increase,
    least,
    most,
    ours,
    per_second,
    series,
    total,
    trouble,
)
from dashboards.generate.states import BLUE, YELLOW, named
from dashboards.generate.tables import Column, table_of

INSTANCE = "{{cluster}} {{instance}}"


def dashboard() -> builders.Dashboard:
    """Make the dashboard."""
    first = (
        (4, _up()),
        (4, shared.freshness(2)),
        (4, _duration()),
        (4, _settings()),
        (4, _truncated()),
        (4, _version()),
    )
    return board(
        links.EXPORTER,
        "Can the exporter read its sources, does it keep up, and what does it cost?",
        Band(5, first),
        Heading(100, "Sources"),
        Band(8, ((12, _sources_over_time()), (12, _sources()))),
        Band(8, ((12, _failures()), (12, _items()))),
        Heading(200, "Watch"),
        Band(9, ((12, _watches_over_time()), (12, _watches()))),
        Band(8, ((12, _events()), (12, _restarts()))),
        Heading(300, "Evaluation"),
        Band(8, ((8, _durations()), (8, _evaluations()), (8, _broken_checks()))),
        Heading(350, "Cloud"),
        Band(8, ((16, _cloud_requests()), (8, _cloud_duration()))),
        Heading(400, "Process"),
        Band(8, ((8, _memory()), (8, _cpu()), (8, _files()))),
        Heading(500, "Alerts"),
        Band(9, ((24, shared.alerts(501)),)),
    )


def _up() -> stat.Panel:
    about = About(
        1,
        "Does the exporter answer?",
        "Whether Prometheus could scrape every replica that it could within the time shown.",
    )
    query = f"2 * (1 - {least(ours(series('up')))}) or on () vector(1)"
    return verdict(about, Query(query, "{{cluster}}"), meanings=named("Answers", "Not all"))


def _duration() -> stat.Panel:
    about = About(3, "Last evaluation took", "How long the last evaluation took, of the slowest.")
    query = most(series("evaluation_duration_seconds"))
    return number(about, Query(query, "{{cluster}}"), scale=Scale(unit="s"))


def _settings() -> stat.Panel:
    about = About(
        4,
        "Are the settings read?",
        "Whether the settings could be read at the last try; if not, the last good ones go on.",
    )
    query = f"2 * (1 - {least(series('config_last_reload_successful'))}) or on () vector(1)"
    return verdict(about, Query(query, "{{cluster}}"), meanings=named("Read", "Broken"))


def _truncated() -> stat.Panel:
    about = About(
        5,
        "Findings left out",
        "Failing subjects beyond metrics.findings_limit: they have no series, so no alert and no"
        " row in the table of findings.",
    )
    scale = Scale(base=BLUE, steps=((1, YELLOW),))
    return number(about, Query(most(series("findings_truncated")), "{{cluster}}"), scale=scale)


def _version() -> stat.Panel:
    about = About(6, "Version", "The versions of the exporter that run, and of their Python.")
    query = most(series("build_info"), "version", "python_version")
    return names(about, Query(query, "{{cluster}} {{version}} (Python {{python_version}})"))


def _sources_over_time() -> statetimeline.Panel:
    about = About(
        101, "Sources", "When the last reading of each source was without failures, and when not."
    )
    query = Query(trouble(series("source_up"), "source"), "{{cluster}} {{source}}")
    return timeline(about, query, meanings=named("Readable", "Failing"))


def _sources() -> table.Panel:
    about = About(
        102,
        "Freshness of each source",
        "How long ago each source was last read without failures, and how old the commit is that"
        " it was read at.",
    )
    read = most(series("source_last_success_timestamp_seconds"), "source")
    commit = most(series("source_revision_timestamp_seconds"), "source")
    meanings = named("Readable", "Failing")
    return table_of(
        about,
        Column(title="Source", label="source", links=(links.STATUS,)),
        Column(
            title="State",
            query=trouble(series("source_up"), "source"),
            meanings=meanings,
            coloured=True,
        ),
        Column(title="Last read", query=age(read), unit="s", empty="Never"),
        Column(title="Age of the commit", query=age(commit), unit="s"),
        first="State",
    )


def _failures() -> timeseries.Panel:
    about = About(103, "Failures to read", "Failures to read each source, by reason.")
    query = f"{most(increase('source_errors_total'), 'source', 'reason')} > 0"
    return lines(about, Query(query, "{{cluster}} {{source}} {{reason}}"), unit="short")


def _items() -> timeseries.Panel:
    about = About(
        104,
        "What the sources declare",
        "Things that each source declares, by kind, compared or not. A sudden drop is an empty"
        " generator or a lost folder, and looks like conformance.",
    )
    chosen = series("declared_items", 'state!="out_of_scope"')
    query = total(most(chosen, "source", "kind", "state"), "source", "kind")
    return lines(about, Query(query, "{{cluster}} {{source}} {{kind}}"), unit="short")


def _watches_over_time() -> statetimeline.Panel:
    about = About(201, "Watches", "When all objects of a kind were known and recent, and when not.")
    query = Query(trouble(series("watch_up"), "kind"), "{{cluster}} {{kind}}")
    return timeline(about, query, meanings=named("Followed", "Not followed"))


def _watches() -> table.Panel:
    about = About(
        202,
        "Freshness of each kind",
        "How long ago the watch of each kind last told anything, a bookmark at least every minute"
        " or so, and how often it was listed anew within the time shown.",
    )
    told = most(series("watch_last_event_timestamp_seconds"), "kind")
    lists = most(f"increase({series('watch_lists_total')}[$__range])", "kind")
    return table_of(
        about,
        Column(title="Kind", label="kind"),
        Column(
            title="State",
            query=trouble(series("watch_up"), "kind"),
            meanings=named("Followed", "Not followed"),
            coloured=True,
        ),
        Column(title="Last told", query=age(told), unit="s", empty="Never"),
        Column(title="Lists", query=lists, unit="short"),
        first="State",
    )


def _events() -> timeseries.Panel:
    about = About(203, "Events", "Events that the watches told, bookmarks included.")
    query = most(per_second("watch_events_total"), "kind")
    return lines(about, Query(query, "{{cluster}} {{kind}}"), unit="cps")


def _restarts() -> timeseries.Panel:
    about = About(
        204, "Lists and watches begun anew", "How often each kind was begun anew, by reason."
    )
    query = f"{most(increase('watch_restarts_total'), 'kind', 'reason')} > 0"
    return lines(about, Query(query, "{{cluster}} {{kind}} {{reason}}"), unit="short")


def _durations() -> timeseries.Panel:
    about = About(301, "Duration of evaluations", "How long the last evaluation took.")
    query = most(series("evaluation_duration_seconds"), "instance")
    return lines(about, Query(query, INSTANCE), unit="s")


def _evaluations() -> timeseries.Panel:
    about = About(
        302, "Evaluations", "Evaluations per second: one for each change, at most one a second."
    )
    query = most(per_second("evaluations_total"), "instance")
    return lines(about, Query(query, INSTANCE), unit="cps")


def _broken_checks() -> timeseries.Panel:
    about = About(
        303,
        "Checks that failed by themselves",
        "Evaluations in which a check broke; its subjects were unknown then. The log says why.",
    )
    query = f"{most(increase('evaluation_errors_total'), 'check')} > 0"
    return lines(about, Query(query, "{{cluster}} {{check}}"), unit="short")


def _cloud_requests() -> timeseries.Panel:
    about = About(
        351,
        "Requests to the cloud",
        "Requests that the last look at the cloud took, by action, and how many all of them may be"
        " together (observed.cloud.aws.calls). Empty where no cloud is looked at.",
    )
    return lines(
        about,
        Query(most(series("cloud_requests"), "action"), "{{cluster}} {{action}}"),
        Query(most(series("cloud_requests_limit")), "{{cluster}} all together at most"),
        unit="short",
    )


def _cloud_duration() -> timeseries.Panel:
    about = About(
        352,
        "Duration of looks at the cloud",
        "How long the last look took, pauses after throttled requests included. Empty where no"
        " cloud is looked at.",
    )
    query = most(series("cloud_look_duration_seconds"), "instance")
    return lines(about, Query(query, INSTANCE), unit="s")


def _memory() -> timeseries.Panel:
    about = About(401, "Memory", "Resident memory of each replica.")
    query = most(ours(series("process_resident_memory_bytes")), "instance")
    return lines(about, Query(query, INSTANCE), unit="bytes")


def _cpu() -> timeseries.Panel:
    about = About(402, "CPU", "Cores that each replica uses.")
    query = most(ours(per_second("process_cpu_seconds_total")), "instance")
    return lines(about, Query(query, INSTANCE), unit="short")


def _files() -> timeseries.Panel:
    about = About(
        403, "Open files", "File descriptors that each replica has open, and may have open."
    )
    queries = (
        Query(most(ours(series(f"process_{name}_fds")), "instance"), f"{{{{instance}}}} {name}")
        for name in ("open", "max")
    )
    return lines(about, *queries, unit="short")
