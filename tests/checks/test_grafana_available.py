import pytest

from exporter.checks import grafana_available
from exporter.domain.facts import Facts
from exporter.domain.finding import Subject, Verdict
from exporter.domain.monitoring.grafana import DeclaredGrafana, GrafanaHealth
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.INVENTORY, "conformance.yaml")


@pytest.mark.parametrize(
    ("health", "verdict", "detail"),
    [
        pytest.param(GrafanaHealth("ok", "12.0.2"), Verdict.PASS, "", id="well"),
        pytest.param(GrafanaHealth("ok"), Verdict.PASS, "", id="version hidden"),
        pytest.param(
            GrafanaHealth("failing", "12.0.2"), Verdict.FAIL, "its database is failing", id="ill"
        ),
        pytest.param(GrafanaHealth(""), Verdict.FAIL, "its database is unknown", id="says nothing"),
    ],
)
def test_grafana_is_available_with_its_database(
    health: GrafanaHealth, verdict: Verdict, detail: str
) -> None:
    declared = DeclaredGrafana(PLACE)
    facts = Facts({DeclaredGrafana: declared, GrafanaHealth: health})

    (finding,) = grafana_available.judge(facts)

    assert (finding.verdict, finding.detail) == (verdict, detail)
    assert finding.subject == Subject("Grafana", "", "grafana")
    assert finding.observed == {"database": health.database, "version": health.version}
