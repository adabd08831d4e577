"""What a layer should have against what it has: nodes by group, replicas by namespace and so on."""

from grafana_foundation_sdk.builders import table

from dashboards.generate.panels import About
from dashboards.generate.queries import least, most, series, total
from dashboards.generate.tables import Column, table_of

WORKLOAD = ("object_namespace", "object_kind", "object_name")
COMPONENT = ("component", "object_name", "aspect")
CONFIGURED = ("object_name", "aspect")


def expected_against_observed(panel_id: int) -> table.Panel:
    """List for the chosen layer what is expected and what is there."""
    about = About(
        panel_id,
        "Expected against observed",
        "Nodes by group, nodes whose labels and taints are declared and as declared, ready replicas"
        " by namespace, Argo CD Applications, or what is asked of a component of the monitoring."
        " What could not be looked at is unknown.",
    )
    return table_of(
        about,
        Column(title="What", label="what", width=220),
        Column(title="Expected", query=_expected(), unit="short", empty="Unknown"),
        Column(title="At most", query=_most(), unit="short", empty="Unknown or any"),
        Column(title="Observed", query=_observed(), unit="short", empty="Unknown"),
        first="Expected",
    )


def _expected() -> str:
    replicas = most(series("workload_replicas_declared_min"), *WORKLOAD)
    return _of_layer(
        nodes=most(series("nodes_expected"), "group"),
        configured=_configured(),
        replicas=total(replicas, "object_namespace"),
        applications=most(series("applications_expected")),
        aspects=_aspects(),
    )


def _aspects() -> str:
    return f"count by (cluster, component) ({most(series('monitoring_match'), *COMPONENT)})"


def _node_match() -> str:
    return series("node_match", 'aspect=~"labels|taints"')


def _configured() -> str:
    return f"count by (cluster, aspect) ({most(_node_match(), *CONFIGURED)})"


def _most() -> str:
    replicas = most(series("workload_replicas_declared_max"), *WORKLOAD)
    return _of_layer(
        nodes=most(series("nodes_expected_max"), "group"),
        configured=_configured(),
        replicas=total(replicas, "object_namespace"),
        applications=most(series("applications_expected")),
        aspects=_aspects(),
    )


def _observed() -> str:
    replicas = most(series("workload_replicas_ready"), *WORKLOAD)
    aspects = f"min by (cluster, {', '.join(COMPONENT)}) ({series('monitoring_match')})"
    return _of_layer(
        nodes=most(series("nodes_observed"), "group"),
        configured=total(least(_node_match(), *CONFIGURED), "aspect"),
        replicas=total(replicas, "object_namespace"),
        applications=most(series("applications_observed")),
        aspects=total(aspects, "component"),
    )


def _of_layer(
    *, nodes: str, configured: str, replicas: str, applications: str, aspects: str
) -> str:
    """Take the part that the chosen layer is about, with the label ``what`` for its rows."""
    parts = (
        ("infrastructure", nodes, "nodes of $1", "group"),
        ("configuration", configured, "$1 of nodes", "aspect"),
        ("applications", replicas, "replicas in $1", "object_namespace"),
        ("gitops", applications, "Applications", ""),
        ("observability", aspects, "$1", "component"),
    )
    joined = " or ".join(
        f'label_replace({part}, "what", "{what}", "{label}", "(.*)") and on () {_chosen(layers)}'
        for layers, part, what, label in parts
    )
    return most(joined, "what")


def _chosen(layers: str) -> str:
    return series("check_info", 'layer="$layer"', f'layer=~"{layers}"')
