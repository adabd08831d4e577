"""One layer: which of its checks deviate since when, and how far from what is expected."""

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries

from dashboards.generate import links, shared
from dashboards.generate.board import Band, board, query_variable, with_all
from dashboards.generate.expected import expected_against_observed
from dashboards.generate.panels import About, Query, Scale, lines, number, timeline, verdict
from dashboards.generate.queries import least, most, series, state, total
from dashboards.generate.states import STATES, VERDICTS
from dashboards.generate.tables import Column, table_of

LAYER = 'layer="$layer"'
CHECK = 'check=~"$check"'
CHOSEN = (LAYER, CHECK)
STATE = "layer_check:cluster_conformance_state:max"
SUBJECTS = "layer_check_verdict:cluster_conformance_check_subjects:max"


def dashboard() -> builders.Dashboard:
    """Make the dashboard."""
    info = 'cluster_conformance_check_info{cluster=~"$cluster|", job=~"$job"'
    layer = query_variable("layer", "Layer", query=f"label_values({info}}}, layer)")
    check = query_variable("check", "Check", query=f"label_values({info}, {LAYER}}}, check)")
    first = (
        (6, _verdict()),
        (4, shared.freshness(2)),
        (4, _ratio()),
        (4, _coverage()),
        (6, shared.oldest(5, *CHOSEN, none=_nothing())),
    )
    return board(
        links.LAYER,
        "What of one layer deviates, since when, and how far from what is expected?",
        Band(5, first),
        Band(10, ((24, _states()),)),
        Band(7, ((24, _ratios()),)),
        Band(10, ((15, _checks()), (9, expected_against_observed(8)))),
        Band(
            10, ((16, shared.findings(9, LAYER, CHECK)), (8, shared.by_verdict(10, LAYER, CHECK)))
        ),
        variables=(layer, with_all(check, ".+")),
    )


def _verdict() -> stat.Panel:
    about = About(
        1,
        "Does the layer conform?",
        "The state of the layer, whichever checks are chosen. Unknown: most of it could not be"
        " looked at, the answer is old, or there is none.",
    )
    query = state("layer:cluster_conformance_state:max", LAYER, labels=()) + " or on () vector(4)"
    return verdict(about, Query(query, "{{cluster}}"), meanings=STATES)


def _ratio() -> stat.Panel:
    about = About(
        3, "Ratio", "Passing per judged subjects of the layer (pass and fail), whatever is waived."
    )
    query = least(series("layer:cluster_conformance_layer_ratio:min", LAYER))
    scale = Scale(unit="percentunit", nan="Nothing judged")
    return number(about, Query(query, "{{cluster}}"), scale=scale)


def _coverage() -> stat.Panel:
    about = About(
        4,
        "Coverage",
        "How much of what the layer declares could be judged; without it the ratio says little."
        " A layer that declares nothing has none.",
    )
    query = least(series("layer:cluster_conformance_layer_coverage_ratio:min", LAYER))
    return number(about, Query(query, "{{cluster}}"), scale=Scale(unit="percentunit"))


def _ratios() -> timeseries.Panel:
    about = About(
        11,
        "Ratio and coverage over time",
        "Passing per judged subjects of the layer, and how much of what it declares could be"
        " judged. The ratio has a gap where nothing could be judged.",
    )
    queries = (
        Query(least(series(f"layer:cluster_conformance_layer_{name}:min", LAYER)), legend)
        for name, legend in (
            ("ratio", "ratio {{cluster}}"),
            ("coverage_ratio", "coverage {{cluster}}"),
        )
    )
    return lines(about, *queries, unit="percentunit")


def _nothing() -> str:
    """Return a sample for each cluster in which nothing fails of what is chosen."""
    return f"({total(_counted('fail'))} == 0)"


def _states() -> statetimeline.Panel:
    about = About(
        6,
        "State of each check",
        "Since when each check has been in its state. Accepted: all that fails is waived or"
        " suppressed. Partly unknown: nothing fails, but not everything could be looked at.",
    )
    query = Query(state(STATE, *CHOSEN, labels=("check",)), "{{cluster}} {{check}}")
    return timeline(about, query, meanings=STATES)


def _checks() -> table.Panel:
    about = About(
        7, "Checks", "How many subjects of each check have which verdict, the worst check first."
    )
    counted = (
        Column(title=one.capitalize(), query=_counted(one), unit="short") for one in VERDICTS
    )
    return table_of(
        about,
        Column(
            title="Check",
            label="check",
            links=(links.to(links.LAYER, "Only this check", "layer", check="check"),),
            width=220,
        ),
        Column(
            title="State",
            query=state(STATE, *CHOSEN, labels=("check",)),
            meanings=STATES,
            coloured=True,
        ),
        *counted,
        first="State",
    )


def _counted(wanted: str) -> str:
    return most(series(SUBJECTS, *CHOSEN, f'verdict="{wanted}"'), "check")
