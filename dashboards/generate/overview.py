"""The overview: whether the cluster conforms, since when not, what deviates, how fresh it is."""

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries

from dashboards.generate import links, shared
from dashboards.generate.board import Band, board
from dashboards.generate.panels import About, Query, areas, counts, timeline, verdict
from dashboards.generate.queries import least, most, series, state, total, trouble
from dashboards.generate.states import ITEM_STATES, RED, STATES, VERDICTS, YELLOW, named
from dashboards.generate.tables import Column, table_of

STATE = "layer:cluster_conformance_state:max"
SUBJECTS = "layer_verdict:cluster_conformance_check_subjects:sum"
FAILING = "layer_severity:cluster_conformance_check_subjects_failing:sum"
INFO = "#B877D9"  # purple: a severity that is no state has none of their colours


def dashboard() -> builders.Dashboard:
    """Make the dashboard."""
    first = (
        (6, _verdict()),
        (4, shared.freshness(2)),
        (4, _sources()),
        (4, shared.oldest(4, none=_nothing())),
        (6, _subjects()),
    )
    return board(
        links.OVERVIEW,
        "Does the cluster match what its code says, since when not, what deviates, and is the"
        " answer fresh?",
        Band(5, first),
        Band(8, ((24, _states()),)),
        Band(8, ((16, _layers()), (8, _failing()))),
        Band(12, ((24, shared.findings(9)),)),
        Band(8, ((12, _account()), (12, _waivers()))),
        Band(8, ((24, shared.alerts(10)),)),
    )


def _verdict() -> stat.Panel:
    about = About(
        1,
        "Does the cluster conform?",
        "The worst state of all layers. Accepted: all that fails is waived or suppressed. Partly"
        " unknown: nothing fails, but not everything could be looked at. Unknown: most could not,"
        " the answer is old, or there is none.",
    )
    query = f"max by (cluster) ({state(STATE, labels=('layer',))}) or on () vector(4)"
    return verdict(about, Query(query, "{{cluster}}"), meanings=STATES)


def _sources() -> stat.Panel:
    about = About(
        3,
        "Can all sources be read?",
        "Whether the last reading of every source, declared and observed, was without failures."
        " What depends on one that cannot be read is unknown, or as old as its last good reading.",
    )
    query = f"max by (cluster) ({trouble(series('source_up'), 'source')}) or on () vector(1)"
    return verdict(about, Query(query, "{{cluster}}"), meanings=named("Readable", "Not all"))


def _nothing() -> str:
    """Return a sample for each cluster in which nothing fails."""
    failing = most(series(SUBJECTS, 'verdict="fail"'), "layer")
    return f"({total(failing)} == 0)"


def _subjects() -> stat.Panel:
    about = About(
        5,
        "Subjects by verdict",
        "A subject counts once for each check that looks at it. Waived: fails, accepted until a"
        " date. Suppressed: fails, but a rollout, a scale-up or maintenance explains it.",
    )
    query = f"sum by (verdict) ({most(series(SUBJECTS), 'layer', 'verdict')})"
    return counts(about, Query(query, "{{verdict}}"), colours=VERDICTS)


def _states() -> statetimeline.Panel:
    about = About(
        6,
        "State of each layer",
        "Since when each layer has been in its state; the first panel tells what states mean.",
    )
    query = Query(state(STATE, labels=("layer",)), "{{cluster}} {{layer}}")
    return timeline(about, query, meanings=STATES)


def _layers() -> table.Panel:
    about = About(
        7,
        "Layers",
        "Ratio: passing per judged subjects (pass and fail). Coverage: how much of what is declared"
        " could be judged; without it the ratio says little.",
    )
    verdicts = (("Fail", "fail"), ("Unknown", "unknown"), ("Accepted", "waived|suppressed"))
    counted = (
        Column(title=title, query=_counted(wanted), unit="short") for title, wanted in verdicts
    )
    states = state(STATE, labels=("layer",))
    return table_of(
        about,
        Column(
            title="Layer", label="layer", links=(links.to(links.LAYER, "Layer", layer="layer"),)
        ),
        Column(title="State", query=states, meanings=STATES, coloured=True),
        _ratio("Ratio", "layer:cluster_conformance_layer_ratio:min", empty="Nothing judged"),
        _ratio(
            "Coverage",
            "layer:cluster_conformance_layer_coverage_ratio:min",
            empty="Nothing declared",
        ),
        *counted,
        first="State",
    )


def _counted(verdicts: str) -> str:
    return total(most(series(SUBJECTS, f'verdict=~"{verdicts}"'), "layer", "verdict"), "layer")


def _ratio(title: str, name: str, *, empty: str) -> Column:
    query = least(series(name), "layer")
    return Column(title=title, query=query, unit="percentunit", empty=empty)


def _failing() -> timeseries.Panel:
    about = About(
        8,
        "Failing by severity",
        "Subjects that fail and are neither waived nor suppressed, by the severity of their check.",
    )
    query = f"sum by (severity) ({most(series(FAILING), 'layer', 'severity')})"
    colours = {"critical": RED, "warning": YELLOW, "info": INFO}
    return areas(about, Query(query, "{{severity}}"), colours=colours)


def _account() -> table.Panel:
    about = About(
        12,
        "What is compared",
        "Everything that the code declares, by what became of it: compared, accepted (not compared,"
        " by a waiver), out of scope by the settings, or the reason why it is not compared; the"
        " status page says what would change that.",
    )
    items = total(most(series("declared_items"), "source", "kind", "state"), "source", "state")
    return table_of(
        about,
        Column(title="Source", label="source"),
        Column(title="State", label="state", meanings=ITEM_STATES, coloured=True, width=180),
        Column(title="Items", query=items, unit="short"),
        first="Items",
    )


def _waivers() -> table.Panel:
    about = About(
        11,
        "Waivers",
        "What the owners accept, who answers for it, and in how long it fails again; what is"
        " negative has failed again since.",
    )
    ends = most(series("waiver_expiry_timestamp_seconds"), "waiver", "owner")
    return table_of(
        about,
        Column(title="Waiver", label="waiver"),
        Column(title="Owner", label="owner"),
        Column(title="Ends in", query=f"{ends} - time()", unit="s"),
        first="Ends in",
        descending=False,
    )
