"""What it costs to render the charts of 200 Applications, and what it costs when little changes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.programs import tool

CHARTS = 200
PROGRAM = """
import asyncio, json, os, resource, subprocess, sys, time
from pathlib import Path
from exporter.declared.checkout import Checkout
from exporter.declared.helm import ChartRenderer, Charts
from exporter.declared.helm.program import environment
from exporter.declared.options import HelmOptions
from exporter.domain.provenance import Source

root, count = Path(sys.argv[1]), int(sys.argv[2])
charts = Charts(kube_version="1.31.2", api_versions=())

def spent():
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)

async def render():
    renderer = ChartRenderer(Checkout.at(root), charts, Source.ARGOCD)
    files = ("/environments/common.yaml",)
    each = (
        renderer.render(f"charts/c{i}", HelmOptions(
            owner=f"o{i}", release=f"r{i}",
            value_files=(*files, f"/environments/e{i % 50}.yaml")))
        for i in range(count)
    )
    found = await asyncio.gather(*each)
    assert not any(one.failures or one.left_out for one in found), found[0]
    return sum(len(one.manifests) for one in found)

async def measured(name):
    cpu, wall, before = spent(), time.monotonic(), charts.cache.renders
    objects = await render()
    return {f"{name}_cpu": spent() - cpu, f"{name}_wall": time.monotonic() - wall,
            f"{name}_renders": charts.cache.renders - before, f"{name}_objects": objects}

async def all_of_it():
    figures = await measured("cold") | await measured("same")
    (root / "environments" / "e7.yaml").write_text("replicas: 9")
    return figures | await measured("one")

def alone():
    "What helm itself takes for as many, told by a few."
    few, before = count // 8, spent()
    for i in range(few):
        values = [f"--values=../../environments/{one}.yaml" for one in ("common", f"e{i % 50}")]
        subprocess.run(
            [os.environ["CONFORMANCE_HELM"], "template", ".", "--name-template", "r", *values],
            cwd=root / "charts" / f"c{i}", stdout=subprocess.DEVNULL, check=True,
            env={**environment(root / "home"), "PATH": os.environ["PATH"]},
        )
    return (spent() - before) * count / few

figures = asyncio.run(all_of_it())
figures["alone_cpu"] = alone()
figures["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
figures["helm"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps(figures))
"""
TEMPLATES = {
    "_names.tpl": '{{ define "name" }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}',
    "deployment.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ include "name" . }}, labels: {{ .Values.labels | toJson }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ include "name" . }}}}
  template:
    metadata: {labels: {app: {{ include "name" . }}}}
    spec:
      containers:
        - name: main
          image: {{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
          env: {{ toYaml .Values.env | nindent 12 }}
          resources: {{ toYaml .Values.resources | nindent 12 }}
""",
    **{
        f"{kind.lower()}.yaml": (
            f"apiVersion: {version}\nkind: {kind}\nmetadata:\n"
            '  name: {{ include "name" . }}\n  labels: {{- toYaml .Values.labels | nindent 4 }}\n'
        )
        for kind, version in {
            "Service": "v1",
            "ServiceAccount": "v1",
            "ConfigMap": "v1",
            "Ingress": "networking.k8s.io/v1",
            "NetworkPolicy": "networking.k8s.io/v1",
        }.items()
    },
}
VALUES = """\
replicas: 2
image: {repository: registry.example.org/app, tag: ""}
labels: {app.kubernetes.io/name: app, app.kubernetes.io/part-of: shop}
env: [{name: LEVEL, value: info}, {name: PORT, value: "8080"}]
resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
"""


def lay_out(root: Path) -> None:
    for i in range(CHARTS):
        chart = root / "charts" / f"c{i}"
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text(
            f"apiVersion: v2\nname: app{i}\nversion: 1.0.{i}\nappVersion: '{i}'\n"
        )
        (chart / "values.yaml").write_text(VALUES)
        for name, text in TEMPLATES.items():
            (chart / "templates" / name).write_text(text)
    (root / "environments").mkdir()
    (root / "environments" / "common.yaml").write_text("image: {tag: 1.2.3}")
    for i in range(50):
        (root / "environments" / f"e{i}.yaml").write_text(f"replicas: {i}")


@pytest.mark.bench
@pytest.mark.parametrize("version", ["3", "4"])
def test_two_hundred_charts_are_rendered_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    measure: Callable[..., dict[str, float]],
    capsys: pytest.CaptureFixture[str],
    version: str,
) -> None:
    monkeypatch.setenv("CONFORMANCE_HELM", tool(f"helm-{version}"))
    lay_out(tmp_path)

    spent = measure(PROGRAM, tmp_path, CHARTS)

    with capsys.disabled():
        figures = "  ".join(f"{name} {value:.1f}" for name, value in spent.items())
        print(f"\nhelm {version}: {figures}")  # noqa: T201 - the figures are what a benchmark is for
    assert [spent[f"{name}_renders"] for name in ("cold", "same", "one")] == [CHARTS, 0, 4]
    assert spent["cold_objects"] == 6 * CHARTS
    assert spent["cold_cpu"] <= max(15, 1.8 * spent["alone_cpu"])  # on a slow machine helm is slow
    assert spent["same_cpu"] <= max(1, spent["alone_cpu"] / 10)
    assert spent["peak"] <= 100
