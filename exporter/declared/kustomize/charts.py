"""Charts that a kustomization inflates (``helmCharts``), rendered beforehand as its resources.

kustomize itself would run helm, and have it fetch what lacks. What nobody can render here is left
out of the build.

Source: ``sigs.k8s.io/kustomize/api`` (``types.HelmChart``, ``HelmChartInflationGenerator``).
"""

import json
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from exporter.declared.checkout import Checkout
from exporter.declared.helm import ChartRenderer
from exporter.declared.helm.chart import Chart, read_chart
from exporter.declared.helm.plan import Plan
from exporter.declared.kustomize.graph import Graph, Origin
from exporter.declared.kustomize.kustomization import join
from exporter.declared.kustomize.layer import Layer
from exporter.declared.kustomize.statements import Statement
from exporter.declared.options import NotPlannedError
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.items import ItemState
from exporter.domain.json import as_list, as_object, as_text, dig
from exporter.foreign import yaml
from exporter.foreign.yaml import YamlList, YamlMap

FIELD: Final = "helmCharts"
_INLINE: Final = "values of the kustomization"
_KNOWN: Final = frozenset(
    {
        *("name", "repo", "version", "releaseName", "namespace", "valuesFile", "valuesInline"),
        *("additionalValuesFiles", "valuesMerge", "includeCRDs", "skipHooks", "skipTests"),
        *("apiVersions", "kubeVersion", "debug", "devel"),
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of ``helmCharts``: the *index* in the kustomization at *path*, and its *line*."""

    path: str
    index: int
    line: int
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The chart's name."""
        return as_text(self.content.get("name"))


def file_of(index: int) -> str:
    """Return the name of the file that takes the place of an entry among the resources."""
    return f".conformance-chart-{index}.yaml"


@dataclass(slots=True)
class Inflated:
    """What charts render to, by kustomization and index, and why others are not rendered."""

    texts: dict[tuple[str, int], str] = field(default_factory=dict)
    reasons: dict[tuple[str, int], NotPlannedError] = field(default_factory=dict)

    def files(self, graph: Graph) -> dict[str, bytes]:
        """Return the files that take the place of charts, by path."""
        return {
            join(one.path.rpartition("/")[0], file_of(one.index)): text.encode()
            for one in entries(graph)
            if (text := self.texts.get((one.path, one.index))) is not None
        }


def entries(graph: Graph) -> Iterator[Entry]:
    """Yield all entries of all kustomizations of a graph."""
    for path, layer in graph.layers.items():
        found = layer.kustomization.content.get(FIELD)
        lines = found.lines if isinstance(found, YamlList) else []
        for index, (line, content) in enumerate(zip(lines, as_list(found), strict=False)):
            yield Entry(path, index, line, as_object(content))


async def inflate(graph: Graph, *, checkout: Checkout, charts: ChartRenderer) -> Inflated:
    """Render the charts of a *graph*, and note their objects in it; never raises for them."""
    inflated = Inflated()
    for one in entries(graph):
        key = one.path, one.index
        try:
            inflated.texts[key] = await _render(one, graph.layers[one.path], checkout, charts)
            _note(one, inflated.texts[key], graph)
        except NotPlannedError as error:
            inflated.reasons[key] = error
        except ReadError as error:
            message = f"the Helm chart {one.name[:200]} is not rendered: {error.message}"
            unknown = error.reason is Reason.UNSUPPORTED
            state = ItemState.UNSUPPORTED if unknown else ItemState.NOT_RENDERED
            inflated.reasons[key] = NotPlannedError(state, message, error.advice)
    return inflated


async def _render(entry: Entry, layer: Layer, checkout: Checkout, charts: ChartRenderer) -> str:
    content = entry.content
    chart = _chart(entry, layer, checkout, charts)
    odd = sorted(set(content) - _KNOWN)
    release = as_text(content.get("releaseName"))
    if odd or not release:
        why = f"{odd[0]} is not known here" if odd else "its release gets a name by chance"
        message = f"the Helm chart {entry.name[:200]} is not rendered: {why}"
        raise NotPlannedError(ItemState.UNSUPPORTED if odd else ItemState.UNRESOLVED, message)
    files = dict(_values(entry, layer.kustomization.folder, chart, checkout))
    planned = Plan(
        release=release,
        namespace=as_text(content.get("namespace")),
        kube_version=as_text(content.get("kubeVersion")),
        api_versions=tuple(filter(None, map(as_text, as_list(content.get("apiVersions"))))),
        value_files=tuple(files),
        flags=tuple(_flags(content)),
    )
    return await charts.text(chart, planned, files)


def _chart(entry: Entry, layer: Layer, checkout: Checkout, charts: ChartRenderer) -> Chart:
    """Return the chart, from the directory of charts or the folder of archives."""
    content, folder = entry.content, layer.kustomization.folder
    version, repository = (as_text(content.get(one)) for one in ("version", "repo"))
    globals_ = as_object(layer.kustomization.content.get("helmGlobals"))
    home = join(folder, as_text(globals_.get("chartHome")) or "charts")
    if version and repository:
        home = join(home, f"{entry.name}-{version}")
    path = posixpath.normpath(join(home, entry.name))
    if entry.name and checkout.is_file(join(path, "Chart.yaml")):
        return charts.completed(read_chart(checkout, path))
    return charts.of_registry(entry.name, version, repository)


def _values(
    entry: Entry, folder: str, chart: Chart, checkout: Checkout
) -> Iterator[tuple[str, bytes]]:
    """Yield the values in the order in which helm gets them, the strongest last."""
    content = entry.content
    written = as_text(content.get("valuesFile"))
    own = chart.files.get("values.yaml", b"")
    first = _file(written, folder, checkout) if written else ("values of the chart", own)
    inline = content.get("valuesInline")
    text = json.dumps(yaml.plain(inline)).encode() if inline else b""
    match as_text(content.get("valuesMerge")) or "override":
        case "replace":
            order = [(_INLINE, text)]
        case "merge":
            order = [(_INLINE, text), first]
        case _:
            order = [first, (_INLINE, text)]
    yield from order
    for one in as_list(content.get("additionalValuesFiles")):
        yield _file(as_text(one), folder, checkout)


def _file(written: str, folder: str, checkout: Checkout) -> tuple[str, bytes]:
    path = posixpath.normpath(join(folder, written))
    return path, checkout.read_bytes(path)


def _flags(content: Mapping[str, Any]) -> Iterator[str]:
    for key, flag in (
        ("includeCRDs", "--include-crds"),
        ("skipTests", "--skip-tests"),
        ("skipHooks", "--no-hooks"),
    ):
        if content.get(key) is True:
            yield flag


def _note(entry: Entry, text: str, graph: Graph) -> None:
    """Note the objects of a chart as those of the kustomization that names it."""
    layer = graph.layers[entry.path]
    statement = Statement(path=entry.path, value=YamlMap(entry.line))
    before, after = (
        as_text(layer.kustomization.content.get(one)) for one in ("namePrefix", "nameSuffix")
    )
    try:
        for document in yaml.stream(text):
            content = as_object(document.value)
            kind, name = as_text(content.get("kind")), as_text(dig(content, "metadata", "name"))
            changed = f"{before}{name}{after}"
            origin = Origin(statement, (layer,), frozenset({name, changed}))
            for one in {name, changed}:
                graph.origins.setdefault((kind, one), []).append(origin)
    except ParseError:
        return  # kustomize says what is wrong with it
