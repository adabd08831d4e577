"""Which line of a template an object and its values stand at."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.helm.chart import read_chart
from exporter.declared.helm.places import Places
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Source
from tests.cost import at_most

TEMPLATE = """\
{{- if .Values.on }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    name: web-ui
  name: {{ .Release.Name }}-web  # the page
spec:
  replicas: {{ .Values.web }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: "{{ .Release.Name }}-{{ .Values.db }}-db"
spec:
  paused: true
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: plain
spec:
  replicas: 1
---
kind: Service
metadata: {name: {{ .Release.Name }}}
{{- end }}
"""
UNKNOWN = """\
kind: Deployment
metadata:
  name: {{ .Values.a }}
spec: {replicas: 1}
---
kind: Deployment
metadata:
  name: {{ .Values.b }}
"""


def places(root: Path, text: str) -> Places:
    (root / "templates").mkdir()
    (root / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    (root / "templates" / "all.yaml").write_text(text)
    checkout = Checkout.at(root)
    return Places(checkout, read_chart(checkout, ""), Source.ARGOCD)


@pytest.mark.parametrize(
    ("kind", "name", "line", "inside"),
    [
        pytest.param("Deployment", "shop-web", 4, {"/spec/replicas": 10}, id="a suffix"),
        pytest.param("Deployment", "shop-my-db", 13, {}, id="several templates"),
        pytest.param("Deployment", "plain", 20, {"/spec/replicas": 24}, id="its whole name"),
        pytest.param("Deployment", "other", 1, {}, id="none of them"),
        pytest.param("Service", "shop", 26, {}, id="the only one of its kind"),
        pytest.param("ConfigMap", "shop", 1, {}, id="no kind in the text"),
    ],
)
def test_an_object_stands_at_its_own_document(
    tmp_path: Path, kind: str, name: str, line: int, inside: Mapping[str, int]
) -> None:
    content: JsonObject = {"kind": kind, "metadata": {"name": name}, "spec": {"replicas": 1}}

    place, values = places(tmp_path, TEMPLATE).of(content, "templates/all.yaml")

    replicas = {key: one.line for key, one in values.items() if key == "/spec/replicas"}
    assert (place.path, place.line) == ("templates/all.yaml", line)
    assert replicas == inside


def test_where_several_documents_may_make_an_object_its_template_is_all_that_is_told(
    tmp_path: Path,
) -> None:
    content: JsonObject = {"kind": "Deployment", "metadata": {"name": "x"}, "spec": {}}

    place, values = places(tmp_path, UNKNOWN).of(content, "templates/all.yaml")

    assert (place.line, values) == (1, {})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("metadata:\n  name: " + " " * 100_000 + "x\nkind: Deployment", id="spaces"),
        pytest.param("metadata:\n  name: " + "{{" * 50_000 + "\nkind: Deployment", id="braces"),
        pytest.param("---\n" * 50_000 + "kind: Deployment", id="ends"),
    ],
)
def test_a_long_line_costs_no_more_than_its_length(tmp_path: Path, text: str) -> None:
    found = places(tmp_path, text)

    with at_most(400):
        place, _ = found.of({"kind": "Deployment", "metadata": {"name": "x"}}, "templates/all.yaml")

    assert place.path == "templates/all.yaml"
