"""The chart as Helm's own library renders it, and its objects as data."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import yaml
from helm_python import _native

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "cluster-conformance-exporter"
CASES = sorted((CHART / "ci").glob("*-values.yaml"))
NEW = "v1.33.0"
"""A version of Kubernetes with everything that the chart can use."""
OLD = "v1.28.4"
"""That of the reference cluster, without native sidecars."""
IMAGE = "image: {registry: registry.example.org}\n"
MINIMAL = "gitSync: {repo: https://github.com/example/infrastructure.git}\n"

Json = dict[str, Any]


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # either
    """Leaves instants as they are written, which is how Kubernetes reads YAML."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag != "tag:yaml.org,2002:timestamp"]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a render gave: the text of each template, and all objects; not to be changed."""

    texts: Mapping[str, str]
    objects: tuple[Json, ...]

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> "Rendered":
        """Parse every template's text."""
        written = "\n---\n".join(text for name, text in texts.items() if name.endswith(".yaml"))
        parsed = yaml.load_all(written, Loader)
        return cls(texts, tuple(one for one in parsed if one))

    @property
    def kinds(self) -> set[str]:
        """The kinds of all objects."""
        return {one["kind"] for one in self.objects}

    def all(self, kind: str) -> list[Json]:
        """Return the objects of a kind."""
        return [one for one in self.objects if one["kind"] == kind]

    def one(self, kind: str) -> Json:
        """Return the one object of a kind."""
        (found,) = self.all(kind)
        return found

    @property
    def pod(self) -> Json:
        """What the Deployment says of its pods."""
        found: Json = self.one("Deployment")["spec"]["template"]["spec"]
        return found

    @property
    def exporter(self) -> Json:
        """The exporter's container."""
        return next(one for one in self.pod["containers"] if one["name"] == "exporter")

    @property
    def settings(self) -> str:
        """The settings, as the exporter reads them."""
        maps = [one for one in self.all("ConfigMap") if "conformance.yaml" in one["data"]]
        (found,) = maps
        text: str = found["data"]["conformance.yaml"]
        return text

    @property
    def notes(self) -> str:
        """What Helm says once all is installed."""
        (found,) = (text for name, text in self.texts.items() if name.endswith("NOTES.txt"))
        return found


def values(text: str, *more: str) -> Json:
    """Return values as Helm reads them; later ones win."""
    found: Json = {}
    for one in (text, *more):
        found = _merged(found, helm_python.values_from_yaml(one))
    return found


def _merged(first: Json, second: Json) -> Json:
    both = first.keys() & second.keys()
    nested = {
        key: _merged(first[key], second[key])
        for key in both
        if isinstance(first[key], dict) and isinstance(second[key], dict)
    }
    return {**first, **second, **nested}


def render(
    *texts: str, kube: str = NEW, name: str = "conformance", namespace: str = "monitoring"
) -> Rendered:
    """Render the chart; raises what the library raises for values that are refused.

    Its image is in some registry, unless the values say otherwise.
    """
    return _render((IMAGE, *(texts or (MINIMAL,))), kube, name, namespace)


@cache
def _render(texts: tuple[str, ...], kube: str, name: str, namespace: str) -> Rendered:
    chart = _chart()
    options = {"name": name, "namespace": namespace, "kube_version": kube}
    given = values(*texts)
    chart.validate_schema(given)
    # Its method knows no version of Kubernetes, the function behind it does.
    found = _native.call_string("helm_render", chart._raw(), json.dumps(given), json.dumps(options))  # noqa: SLF001 - same
    return Rendered.of(json.loads(found))


@cache
def _chart() -> helm_python.Chart:
    return helm_python.Chart.load(CHART)


def forget() -> None:
    """Let the chart be read and rendered anew."""
    _chart.cache_clear()
    _render.cache_clear()


def case(path: Path) -> Rendered:
    """Render with the values of a file in ``ci/``, for the Kubernetes that it is for."""
    return render(path.read_text(), kube=kube_version(path))


def kube_version(path: Path) -> str:
    """Return the version of Kubernetes that a file in ``ci/`` is for."""
    return OLD if path.name == "reference-cluster-values.yaml" else NEW


def package() -> bytes:
    """Return the chart as ``helm package`` packs it."""
    with tempfile.TemporaryDirectory() as folder:
        return Path(helm_python.package(CHART, destination=folder)).read_bytes()
