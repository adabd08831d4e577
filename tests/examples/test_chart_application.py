from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.app import check_once
from exporter.domain.finding import Verdict
from exporter.settings.load import load

EXAMPLE = Path(__file__).parents[2] / "examples" / "chart-application"
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.mark.usefixtures("helm", "kustomize")
async def test_the_example_finds_what_its_page_says() -> None:
    outcome = await check_once(load(EXAMPLE / "conformance.yaml"), at=NOW)

    found = {
        one.check: (one.detail, one.provenance[0].shown)
        for one in outcome.findings
        if one.verdict is not Verdict.PASS
    }
    assert found == {
        "application_synced": ("OutOfSync", "applications/shop.yaml:1"),
        "workload_pods": (
            (
                "requests/cpu of container shop (all pods), requests/memory of container shop "
                "(all pods)"
            ),
            "charts/shop/templates/deployment.yaml:17",
        ),
        "workload_replicas": (
            "spec.replicas is 3 instead of 4",
            "environments/production.yaml:1 (.Values.replicas)",
        ),
        "workload_spec": (
            "1 declared field differs: /spec/template/spec/containers/shop/image",
            "applications/shop.yaml:10 (.Values.image.tag)",
        ),
    }
