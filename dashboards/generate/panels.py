"""The four kinds of panels that the dashboards are made of, with nothing left to a default.

Where no threshold is given there is one of no colour: left out, Grafana would put in its own, which
turns red at 80.
"""

from dataclasses import dataclass, field
from typing import TypeVar

from grafana_foundation_sdk.builders import common, prometheus, stat, statetimeline, timeseries
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    DataSourceRef,
    LineInterpolation,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
)

from dashboards.generate.states import GREY, Meanings, mapping, missing

DATASOURCE = DataSourceRef("prometheus", "${datasource}")
NO_DATA = "No data: unknown"
PLAIN = "text"

Kind = TypeVar("Kind", stat.Panel, statetimeline.Panel, timeseries.Panel)


@dataclass(frozen=True, slots=True)
class About:
    """What a panel is called. *id* is part of its address, so it never changes."""

    id: int
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query and what its series are called."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """What a number is: its unit, from which value on it has which colour, and which are texts."""

    unit: str = "short"
    steps: tuple[tuple[float, str], ...] = ()
    base: str = PLAIN
    nan: str = ""
    texts: Meanings = field(default_factory=dict)


def verdict(about: About, query: Query, *, meanings: Meanings) -> stat.Panel:
    """Make a field in the colour of a state, with its text."""
    panel = _made(stat.Panel(), about).thresholds(thresholds(Scale(base=GREY)))
    panel = panel.mappings([mapping(meanings), missing("Unknown")])
    return _big(panel.color_mode(BigValueColorMode.BACKGROUND_SOLID), query)


def number(about: About, query: Query, *, scale: Scale) -> stat.Panel:
    """Make a big number."""
    panel = _made(stat.Panel(), about).thresholds(thresholds(scale)).unit(scale.unit)
    if scale.nan:
        panel = panel.mappings([missing(scale.nan)])
    if scale.texts:
        panel = panel.mappings([mapping(scale.texts)])
    mode = BigValueColorMode.VALUE if scale.steps else BigValueColorMode.NONE
    return _big(panel.color_mode(mode).no_value(NO_DATA), query)


def names(about: About, query: Query) -> stat.Panel:
    """Show what the series are called, not their value."""
    panel = _made(stat.Panel(), about).thresholds(thresholds(Scale())).unit("string")
    panel = panel.color_mode(BigValueColorMode.NONE).no_value(NO_DATA)
    return _big(panel.text_mode(BigValueTextMode.NAME), query)


def counts(about: About, query: Query, *, colours: dict[str, str]) -> stat.Panel:
    """Make one big number for each of some series, in colours by name."""
    panel = _made(stat.Panel(), about).thresholds(thresholds(Scale())).unit("short")
    for name, colour in colours.items():
        panel = panel.override_by_name(name, [fixed(colour)])
    panel = panel.color_mode(BigValueColorMode.VALUE).no_value(NO_DATA)
    return _big(panel.text_mode(BigValueTextMode.VALUE_AND_NAME), query)


def timeline(about: About, query: Query, *, meanings: Meanings) -> statetimeline.Panel:
    """Make a bar for each series that shows its states over time."""
    panel = _made(statetimeline.Panel(), about).thresholds(thresholds(Scale(base=GREY)))
    panel = panel.mappings([mapping(meanings)]).no_value(NO_DATA).legend(_legend())
    panel = panel.tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.SINGLE))
    panel = panel.fill_opacity(80).line_width(0).row_height(0.9).merge_values(merge_values=True)
    return panel.targets([_target(query).range()])


def lines(
    about: About, *queries: Query, unit: str, colours: dict[str, str] | None = None
) -> timeseries.Panel:
    """Make lines over time."""
    return _lines(about, *queries, unit=unit, colours=colours or {})


def areas(about: About, *queries: Query, colours: dict[str, str]) -> timeseries.Panel:
    """Make counts over time that stand on each other."""
    panel = _lines(about, *queries, unit="short", colours=colours).fill_opacity(60)
    return panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL))


def fixed(colour: str) -> DynamicConfigValue:
    """Give a field one colour."""
    return DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})


def thresholds(scale: Scale) -> builders.ThresholdsConfig:
    """Return the steps of a scale."""
    steps = [Threshold(None, scale.base), *(Threshold(*step) for step in scale.steps)]
    return builders.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def _made(panel: Kind, about: About) -> Kind:
    panel = panel.id(about.id).title(about.title).description(about.description)
    return panel.datasource(DATASOURCE)


def _big(panel: stat.Panel, query: Query) -> stat.Panel:
    reduced = common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(values=False)
    panel = panel.reduce_options(reduced).graph_mode(BigValueGraphMode.NONE)
    return panel.targets([_target(query).instant()])


def _lines(about: About, *queries: Query, unit: str, colours: dict[str, str]) -> timeseries.Panel:
    panel = _made(timeseries.Panel(), about).thresholds(thresholds(Scale())).unit(unit)
    palette = builders.FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC_BY_NAME)
    panel = panel.color_scheme(palette).no_value(NO_DATA).min(0).legend(_legend(shown=True))
    for name, colour in colours.items():
        panel = panel.override_by_name(name, [fixed(colour)])
    panel = panel.line_interpolation(LineInterpolation.STEP_AFTER).show_points(VisibilityMode.NEVER)
    panel = panel.tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    return panel.targets([_target(one, number).range() for number, one in enumerate(queries)])


def _legend(*, shown: bool = False) -> common.VizLegendOptions:
    return common.VizLegendOptions().show_legend(shown)


def _target(query: Query, number: int = 0) -> prometheus.Dataquery:
    target = prometheus.Dataquery().datasource(DATASOURCE).ref_id(chr(ord("A") + number))
    return target.expr(query.expr).legend_format(query.legend)
