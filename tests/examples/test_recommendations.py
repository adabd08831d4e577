import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.app import check_once
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Verdict
from exporter.settings.load import load

EXAMPLE = Path(__file__).parents[2] / "examples" / "recommendations"
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
PASSWORD = "hunter2-q7Zr2Lk9"
REFERENCE = """              valueFrom:
                secretKeyRef:
                  name: postgresql-credentials
                  key: scan-password
"""

pytestmark = pytest.mark.usefixtures("kustomize")


async def check(folder: Path, changes: dict[str, tuple[str, str]]) -> Evaluation:
    """Judge the example with *changes*: in each file, one text in place of another."""
    copy = folder / "example"
    shutil.copytree(EXAMPLE, copy)
    for name, (before, after) in changes.items():
        text = (copy / name).read_text("utf-8")
        assert before in text
        (copy / name).write_text(text.replace(before, after), "utf-8")
    return await check_once(load(copy / "conformance.yaml"), at=NOW)


def failing(outcome: Evaluation) -> dict[str, str]:
    return {one.check: one.detail for one in outcome.findings if one.verdict is Verdict.FAIL}


async def test_what_the_report_recommends_conforms(tmp_path: Path) -> None:
    outcome = await check(tmp_path, {})

    assert {one.verdict for one in outcome.findings} == {Verdict.PASS}
    judged = {one.check for one in outcome.findings}
    assert judged >= {"autoscaler", "ingress_routes", "secret_references", "service_endpoints"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"snapshot/horizontalpodautoscalers.json": ('"maxReplicas": 10', '"maxReplicas": 5')},
            {"object_spec": "1 declared field differs: /spec/maxReplicas"},
            id="another maximum",
        ),
        pytest.param(
            {
                "snapshot/horizontalpodautoscalers.json": (
                    '"averageUtilization": 70',
                    '"averageUtilization": 90',
                )
            },
            {
                "object_spec": "1 declared field differs: "
                "/spec/metrics/Resource:cpu/resource/target/averageUtilization"
            },
            id="another target",
        ),
        pytest.param(
            {
                "snapshot/horizontalpodautoscalers.json": (
                    '"status": "False",\n            "reason": "DesiredWithinRange"',
                    '"status": "True",\n            "reason": "TooManyReplicas"',
                )
            },
            {"autoscaler": "it wants more replicas than its maximum allows"},
            id="at its maximum",
        ),
        pytest.param(
            {
                "repository/k8s/deployment.yaml": (
                    "spec:\n  selector:",
                    "spec:\n  replicas: 3\n  selector:",
                )
            },
            {
                "autoscaler": "Deployment api/scan-api declares replicas itself "
                "(k8s/deployment.yaml:7), and each sync resets what is scaled"
            },
            id="replicas in the code",
        ),
        pytest.param(
            {"snapshot/ingresses.json": ('"hostname": "ingress.example.org"', '"ports": []')},
            {"ingress_routes": "it has been given no address"},
            id="no address",
        ),
        pytest.param(
            {"snapshot/ingressclasses.json": ('"name": "nginx"', '"name": "traefik"')},
            {"ingress_routes": "IngressClass nginx is not in the cluster"},
            id="no class",
        ),
        pytest.param(
            {"snapshot/endpointslices.json": ('"ready": true', '"ready": false')},
            {"service_endpoints": "0 of 3 endpoints are ready"},
            id="nobody answers",
        ),
        pytest.param(
            {
                "repository/k8s/deployment.yaml": (
                    REFERENCE,
                    f"              value: {PASSWORD}\n",
                ),
            },
            {
                "secret_references": "variable POSTGRES_PASSWORD of container api holds a "
                "credential in plain text",
            },
            id="a credential in the code",
        ),
    ],
)
async def test_what_breaks_a_recommendation_is_found(
    tmp_path: Path, changes: dict[str, tuple[str, str]], expected: dict[str, str]
) -> None:
    outcome = await check(tmp_path, changes)

    found = failing(outcome)
    assert {name: found.get(name) for name in expected} == expected
    told = [(one.detail, one.cause) for one in outcome.findings]
    assert PASSWORD not in repr(told)
