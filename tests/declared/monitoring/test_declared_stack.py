"""What a repository declares of the monitoring stack while part of it cannot be read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.declared.declare import Declarations
from exporter.domain.clock import Instant
from exporter.domain.items import DeclaredItems
from exporter.domain.monitoring.stack import DeclaredStack, StackValue
from exporter.settings.load import load

NOW = Instant(datetime(2025, 11, 12, tzinfo=UTC), 0.0)
SETTINGS = """
repository: repository
declared: {argocd: [apps]}
observed:
  prometheus: {url: http://p%s}
  alertmanager: {url: http://a}
"""
KPS = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: kps, namespace: argocd}
spec:
  destination: {server: "https://kubernetes.default.svc", namespace: monitoring}
  source:
    repoURL: https://charts.example.org
    chart: kube-prometheus-stack
    helm:
      valuesObject:
        prometheus: {prometheusSpec: {retention: 15d}}
        alertmanager: {alertmanagerSpec: {replicas: 3}}
"""
SHOP = (
    KPS[: KPS.index("        prometheus:")]
    .replace("kps", "shop")
    .replace("kube-prometheus-stack", "redis")
    + "        replicas: 1\n"
)
BROKEN = "nope: [\n"
STATED = {StackValue.RETENTION, StackValue.ALERTMANAGER_REPLICAS}


async def stack_of(root: Path, *, settings: str = "", **files: str) -> DeclaredStack:
    (root / "repository/apps").mkdir(parents=True)
    for name, text in files.items():
        (root / "repository/apps" / f"{name}.yaml").write_text(text)
    (root / "conformance.yaml").write_text(SETTINGS % settings)
    state = await Declarations(load(root / "conformance.yaml")).read(at=NOW)
    assert state.facts.get(DeclaredItems).items
    return state.facts.get(DeclaredStack)


async def test_a_repository_that_can_be_read_hides_nothing(tmp_path: Path) -> None:
    stack = await stack_of(tmp_path, kps=KPS, shop=SHOP)

    assert (set(stack.values), stack.incomplete) == (STATED, {})


async def test_what_a_broken_application_may_say_is_not_known(tmp_path: Path) -> None:
    stack = await stack_of(tmp_path, kps=KPS + BROKEN, shop=SHOP)

    assert stack.values == {}
    assert set(stack.incomplete) == set(StackValue)
    gap = stack.hidden(StackValue.RETENTION)
    assert gap is not None
    assert gap.message.startswith("apps/kps.yaml:")


async def test_a_broken_application_of_something_else_hides_nothing(tmp_path: Path) -> None:
    stack = await stack_of(tmp_path, kps=KPS, shop=SHOP + BROKEN)

    assert (set(stack.values), stack.incomplete) == (STATED, {})


@pytest.mark.parametrize(
    ("settings", "known"),
    [
        pytest.param(", retention: 7d", {StackValue.RETENTION}, id="retention"),
        pytest.param(", storage: 1Gi, replicas: 2", {StackValue.STORAGE}, id="storage"),
    ],
)
async def test_the_settings_say_what_is_hidden(
    tmp_path: Path, settings: str, known: set[StackValue]
) -> None:
    stack = await stack_of(tmp_path, settings=settings, kps=KPS + BROKEN)

    assert known <= stack.values.keys()
    assert known.isdisjoint(stack.incomplete)
