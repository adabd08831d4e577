"""One subject: everything that is known about a node, a workload or an Application, over time."""

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries

from dashboards.generate import links, shared
from dashboards.generate.board import Band, board, query_variable, with_all
from dashboards.generate.panels import About, Query, Scale, lines, number, timeline, verdict
from dashboards.generate.queries import SELECTED, least, most, series, trouble
from dashboards.generate.states import BLUE, RED, named
from dashboards.generate.tables import Column, table_of

NAMESPACE = 'object_namespace=~"$namespace"'
NAME = 'object_name="$name"'
MATCH = '__name__=~"cluster_conformance_(application|monitoring|node|workload)_match"'
KNOWN = '__name__=~"cluster_conformance_(.+_match|finding_since_timestamp_seconds)"'
ASPECT = ("component", "object_kind", "object_namespace", "aspect")
MEANINGS = named("Conforms", "Deviates")


def dashboard() -> builders.Dashboard:
    """Make the dashboard."""
    known = f"{KNOWN}, {SELECTED}"
    namespace = query_variable(
        "namespace", "Namespace", query=f"label_values({{{known}}}, object_namespace)"
    )
    name = query_variable(
        "name", "Name", query=f"label_values({{{known}, {NAMESPACE}}}, object_name)"
    )
    first = (
        (6, _verdict()),
        (6, shared.freshness(2)),
        (6, _deviating()),
        (6, shared.oldest(4, NAMESPACE, NAME, none=f"count by (cluster) ({_match()})")),
    )
    return board(
        links.SUBJECT,
        "What is known about one node, workload or Application, and since when?",
        Band(5, first),
        Band(10, ((24, _states()),)),
        Band(9, ((8, _aspects()), (16, shared.findings(7, NAMESPACE, NAME)))),
        Band(8, ((24, _replicas()),)),
        variables=(with_all(namespace, ".*"), name),
    )


def _match() -> str:
    return f"{{{MATCH}, {SELECTED}, {NAMESPACE}, {NAME}}}"


def _verdict() -> stat.Panel:
    about = About(
        1,
        "Does it conform?",
        "Deviates as soon as one aspect does, be it waived or suppressed; unknown where one was"
        " known within the time shown and is not now, and where nothing is known.",
    )
    query = f"max by (cluster) ({trouble(_match(), *ASPECT)}) or on () vector(1)"
    return verdict(about, Query(query, "{{cluster}}"), meanings=MEANINGS)


def _deviating() -> stat.Panel:
    about = About(3, "Deviating aspects", "How many aspects deviate now, waived ones too.")
    query = f"sum by (cluster) ({least(_match(), *ASPECT)} == bool 0)"
    scale = Scale(base=BLUE, steps=((1, RED),))
    return number(about, Query(query, "{{cluster}}"), scale=scale)


def _states() -> statetimeline.Panel:
    about = About(
        5,
        "Every aspect",
        "Since when each aspect conforms or deviates. It is unknown while it could not be looked"
        " at. A waived or suppressed failure deviates, too; only the findings leave it out.",
    )
    query = Query(trouble(_match(), *ASPECT), "{{cluster}} {{component}} {{aspect}}")
    return timeline(about, query, meanings=MEANINGS)


def _aspects() -> table.Panel:
    about = About(6, "Aspects now", "What is known of each aspect at the end of the time shown.")
    return table_of(
        about,
        Column(title="State", query=trouble(_match(), *ASPECT), meanings=MEANINGS, coloured=True),
        Column(title="Aspect", label="aspect"),
        Column(title="Kind", label="object_kind"),
        Column(title="Namespace", label="object_namespace"),
        Column(title="Component", label="component"),
        first="State",
    )


def _replicas() -> timeseries.Panel:
    about = About(
        8,
        "Replicas, or nodes of its group",
        "Of a workload: how many replicas it may have by its declaration or autoscaler, and how"
        " many are ready. Of a node: how many nodes its group shall have, and how many are there"
        " and ready. An Application has neither.",
    )
    asked = (
        ("most", "workload_replicas_declared_max"),
        ("fewest", "workload_replicas_declared_min"),
        ("ready", "workload_replicas_ready"),
    )
    labels = ("object_namespace", "object_kind")
    of_group = (
        ("fewest", "nodes_expected"),
        ("there", "nodes_observed"),
        ("ready", "nodes_ready"),
    )
    its_group = f"and on (cluster, group) {most(series('node_match', NAME), 'group')}"
    queries = (
        *(
            Query(most(series(name, NAMESPACE, NAME), *labels), f"{legend} {{{{object_kind}}}}")
            for legend, name in asked
        ),
        *(
            Query(f"{most(series(name), 'group')} {its_group}", f"{legend} of {{{{group}}}}")
            for legend, name in of_group
        ),
    )
    return lines(about, *queries, unit="short")
