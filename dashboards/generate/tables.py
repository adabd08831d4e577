"""Tables: instant queries merged into rows by the labels that they share."""

import string
from collections.abc import Iterator
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import common, prometheus, table
from grafana_foundation_sdk.models.common import (
    TableAutoCellOptions,
    TableCellBackgroundDisplayMode,
    TableColoredBackgroundCellOptions,
)
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    SpecialValueMap,
    ValueMap,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.generate.links import Link
from dashboards.generate.panels import DATASOURCE, About, Scale, thresholds
from dashboards.generate.states import Meanings, mapping, missing

REFS = string.ascii_uppercase


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: a label of the rows, or the value of a query of its own.

    *meanings* give each value its text; *coloured* cells have its colour too. *empty* is what is
    shown where a row has no value.
    """

    title: str
    label: str = ""
    query: str = ""
    unit: str = ""
    width: int | None = None
    links: tuple[Link, ...] = ()
    meanings: Meanings = field(default_factory=dict)
    coloured: bool = False
    empty: str = ""


def table_of(about: About, *columns: Column, first: str, descending: bool = True) -> table.Panel:
    """Make a table that begins with the highest values of the column *first*, or the lowest."""
    panel = table.Panel().id(about.id).title(about.title).description(about.description)
    panel = panel.datasource(DATASOURCE).thresholds(thresholds(Scale(base="transparent")))
    panel = panel.unit("none").no_value("").filterable(filterable=True)
    panel = panel.cell_options(TableAutoCellOptions())
    queries = [one.query for one in columns if one.query]
    panel = panel.targets([_target(*pair) for pair in zip(queries, REFS, strict=False)])
    panel = panel.transformations([DataTransformerConfig("merge", options={}), _organized(columns)])
    panel = panel.sort_by([common.TableSortByFieldState().display_name(first).desc(descending)])
    for column in columns:
        panel = panel.override_by_name(column.title, list(_properties(column)))
    return panel


def _target(expr: str, ref: str) -> prometheus.Dataquery:
    target = prometheus.Dataquery().datasource(DATASOURCE).ref_id(ref).expr(expr).legend_format("")
    return target.instant().format(PromQueryFormat.TABLE)


def _organized(columns: tuple[Column, ...]) -> DataTransformerConfig:
    """Name and order the fields; Grafana calls the value of query A ``Value #A``."""
    refs = iter(REFS)
    one = sum(bool(column.query) for column in columns) == 1
    fields = {
        column.label or ("Value" if one else f"Value #{next(refs)}"): column.title
        for column in columns
    }
    order = {name: index for index, name in enumerate(("cluster", *fields))}
    options = {
        "excludeByName": {"Time": True},
        "indexByName": order,
        "renameByName": {"cluster": "Cluster", **fields},
    }
    return DataTransformerConfig("organize", options=options)


def _properties(column: Column) -> Iterator[DynamicConfigValue]:
    if column.unit:
        yield DynamicConfigValue("unit", column.unit)
    if column.width:
        yield DynamicConfigValue("custom.width", column.width)
    if shown := list(_mappings(column)):
        yield DynamicConfigValue("mappings", shown)
    if column.coloured:
        cell = TableColoredBackgroundCellOptions(TableCellBackgroundDisplayMode.BASIC)
        yield DynamicConfigValue("custom.cellOptions", cell)
    if column.links:
        yield DynamicConfigValue("links", list(column.links))


def _mappings(column: Column) -> Iterator[ValueMap | SpecialValueMap]:
    if column.meanings:
        yield mapping(column.meanings)
    if column.empty:
        yield missing(column.empty)
