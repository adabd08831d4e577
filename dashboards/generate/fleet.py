"""The fleet: which of many clusters conform, and which are unlike the others."""

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import stat, table, timeseries

from dashboards.generate import links, shared
from dashboards.generate.board import Band, board
from dashboards.generate.panels import About, Query, areas, verdict
from dashboards.generate.queries import age, least, most, series, state, total
from dashboards.generate.states import BLUE, RED, STATES, YELLOW
from dashboards.generate.tables import Column, table_of

STATE = "layer:cluster_conformance_state:max"
RATIO = "layer:cluster_conformance_layer_ratio:min"
COVERAGE = "layer:cluster_conformance_layer_coverage_ratio:min"
SUBJECTS = "layer_check_verdict:cluster_conformance_check_subjects:max"
FAILING = "layer_severity:cluster_conformance_check_subjects_failing:sum"


def dashboard() -> builders.Dashboard:
    """Make the dashboard."""
    return board(
        links.FLEET,
        "Which clusters conform, which do not, and which are unlike the others?",
        Band(5, ((12, _verdict()), (12, shared.freshness(2)))),
        Band(12, ((24, _clusters()),)),
        Band(10, ((12, _ratios()), (12, _checks()))),
        Band(8, ((24, _failing()),)),
    )


def _verdict() -> stat.Panel:
    about = About(
        1,
        "Do all clusters conform?",
        "The worst state of all layers of each cluster. A cluster that has told nothing lately is"
        " unknown; one that never told anything is not here.",
    )
    query = f"max by (cluster) ({state(STATE, labels=('layer',))}) or on () vector(4)"
    return verdict(about, Query(query, "{{cluster}}"), meanings=STATES)


def _clusters() -> table.Panel:
    about = About(
        3,
        "Clusters",
        "One row for each cluster: its worst layer, how much of what is declared could be judged"
        " there, what fails by severity, for how long, and how many commits the Application that"
        " lags most is behind.",
    )
    states = f"max by (cluster) ({state(STATE, labels=('layer',))})"
    since = least(series("finding_since_timestamp_seconds"))
    return table_of(
        about,
        Column(
            title="Cluster",
            label="cluster",
            links=(links.to(links.OVERVIEW, "Overview", cluster="Cluster"),),
        ),
        Column(title="State", query=states, meanings=STATES, coloured=True),
        _share("Ratio", RATIO, empty="Nothing judged"),
        _share("Coverage", COVERAGE, empty="Nothing declared"),
        _severity("Critical", "critical"),
        _severity("Warning", "warning"),
        Column(title="Failing for", query=age(since), unit="s"),
        Column(title="Commits behind", query=most(series("gitops_lag_commits")), unit="short"),
        first="State",
    )


def _share(title: str, name: str, *, empty: str) -> Column:
    return Column(title=title, query=least(series(name)), unit="percentunit", empty=empty)


def _severity(title: str, severity: str) -> Column:
    failing = most(series(FAILING, f'severity="{severity}"'), "layer")
    return Column(title=title, query=total(failing), unit="short")


def _ratios() -> table.Panel:
    about = About(
        4,
        "Outliers: layers",
        "Layers whose ratio is lower than that of the other clusters by more than two standard"
        " deviations. Empty where no cluster is unlike the others.",
    )
    ratio = least(series(RATIO), "layer")
    usual = f"avg by (layer) ({ratio}) - 2 * stddev by (layer) ({ratio})"
    return table_of(
        about,
        Column(
            title="Layer", label="layer", links=(links.to(links.LAYER, "Layer", layer="layer"),)
        ),
        Column(
            title="Ratio", query=f"{ratio} < on (layer) group_left () ({usual})", unit="percentunit"
        ),
        first="Ratio",
        descending=False,
    )


def _checks() -> table.Panel:
    about = About(
        5,
        "Outliers: checks",
        "Checks that fail in a cluster while they do not in half of all: what is wrong there is not"
        " wrong everywhere.",
    )
    failed = series(SUBJECTS, 'verdict="fail"')
    failing = f"{most(failed, 'layer', 'check')} > 0"
    everywhere = f"count by (check) ({most(failed, 'check')})"
    few = f"count by (check) ({failing}) <= 0.5 * {everywhere}"
    return table_of(
        about,
        Column(
            title="Layer", label="layer", links=(links.to(links.LAYER, "Layer", layer="layer"),)
        ),
        Column(title="Check", label="check"),
        Column(title="Failing", query=f"({failing}) and on (check) ({few})", unit="short"),
        first="Failing",
    )


def _failing() -> timeseries.Panel:
    about = About(
        6,
        "Failing by cluster",
        "Subjects that fail in each cluster and are neither waived nor suppressed.",
    )
    query = total(most(series(FAILING), "layer", "severity"), "severity")
    return areas(
        about,
        Query(query, "{{cluster}} {{severity}}"),
        colours={"critical": RED, "warning": YELLOW, "info": BLUE},
    )
