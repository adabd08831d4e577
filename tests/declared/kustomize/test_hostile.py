"""Whatever shape a kustomization and its files have, nothing but errors as values comes of it."""

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from exporter.declared import manifests
from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.graph import Loader
from exporter.declared.kustomize.omissions import omissions
from exporter.declared.kustomize.provenance import Tracer
from exporter.declared.rendered import Manifest
from exporter.domain.errors import ReadError
from exporter.domain.items import ItemState
from exporter.domain.provenance import Place, Source

WORDS = [
    "resources",
    "components",
    "generators",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "images",
    "labels",
    "commonLabels",
    "replicas",
    "namespace",
    "namePrefix",
    "configMapGenerator",
    "openapi",
    "path",
    "files",
    "patch",
    "target",
    "kind",
    "name",
    "metadata",
    "spec",
    "op",
    "value",
    "newTag",
    "count",
    "pairs",
    "apiVersion",
    "items",
    "template",
    "containers",
    "image",
    "env",
    "scaleTargetRef",
    "maxReplicas",
    "annotations",
    "selector",
]
TEXTS = [
    *WORDS,
    *("deployment.yaml", ".", "..", "other", "/etc", "https://example.org", "Deployment", "List"),
    *("a.*", "add", "/spec/-", "- {op: add, path: /spec/a, value: 1}", "kind: A\nspec: 1", ""),
]

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(TEXTS)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TEXTS), inner, max_size=4)
    ),
    max_leaves=25,
)
kustomizations = st.dictionaries(st.sampled_from(WORDS), values, max_size=6)
contents = st.fixed_dictionaries(
    {
        "apiVersion": st.sampled_from(["apps/v1", "autoscaling/v2", "keda.sh/v1alpha1"]),
        "kind": st.sampled_from(["Deployment", "HorizontalPodAutoscaler", "ScaledObject", "List"]),
    },
    optional={"metadata": values, "spec": values, "items": values},
)


@given(kustomizations, contents, contents)
def test_any_shapes_are_read_and_traced_or_refused(
    kustomization: dict[str, Any], content: dict[str, Any], rendered: dict[str, Any]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "kustomization.yaml").write_text(json.dumps(kustomization))
        Path(folder, "deployment.yaml").write_text(json.dumps(content))
        with suppress(ReadError):
            graph = Loader(Checkout.at(Path(folder))).walk("kustomization.yaml")
            omitted = omissions(
                graph,
                allow_remote=False,
                place=lambda path, line: Place(Source.KUSTOMIZE, path, line),
            )
            edited = omitted.edited(graph)
            tracer = Tracer(lambda path, line: Place(Source.KUSTOMIZE, path, line))

            found = [tracer.built(one, graph) for one in (content, rendered)]

            assert all(isinstance(one.place, Place) for one in found)
            assert bool(edited) == bool(omitted)
            assert all(isinstance(json.loads(text), dict) for text in edited.values())


@given(contents)
def test_any_object_is_one_item_whatever_it_is(content: dict[str, Any]) -> None:
    one = Manifest(content=content, place=Place(Source.KUSTOMIZE, "a.yaml"))

    found = manifests.read([one])

    assert len(found.items) == 1
    assert len(found.workloads) + len(found.autoscalers) <= 1
    assert bool(found.workloads) == (found.items[0].state is ItemState.COMPARED)
