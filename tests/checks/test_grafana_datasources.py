import pytest

from exporter.checks import grafana_datasources
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.monitoring.grafana import (
    MISSING,
    Asked,
    Datasource,
    DeclaredDatasource,
    DeclaredDatasources,
    GrafanaHealth,
    ObservedDatasource,
    ObservedDatasources,
    Told,
    Untold,
)
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.INVENTORY, "conformance.yaml")
DECLARED = DeclaredDatasource(place=PLACE, name="Prometheus", type="prometheus", default=True)
FOUND = Datasource(name="Prometheus", uid="p", type="prometheus", default=True)
ANSWERS = Told(asked=Asked.QUERY)
REFUSED = Untold("Grafana answered 403; the token needs the permission datasources:read")


def judge(
    have: ObservedDatasource | None,
    declared: DeclaredDatasource = DECLARED,
    *,
    database: str = "ok",
) -> Finding:
    observed = {"Prometheus": have} if have is not None else {}
    known = (
        DeclaredDatasources({"Prometheus": declared}),
        ObservedDatasources(observed),
        GrafanaHealth(database),
    )
    (finding,) = grafana_datasources.judge(Facts({type(one): one for one in known}))
    return finding


def test_a_datasource_as_declared_that_answers_passes() -> None:
    finding = judge(ObservedDatasource(FOUND, ANSWERS))

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert finding.subject == Subject("Datasource", "", "Prometheus")
    assert finding.declared == {"name": "Prometheus", "type": "prometheus", "default": True}
    assert finding.provenance == (PLACE,)


@pytest.mark.parametrize(
    ("have", "detail"),
    [
        pytest.param(
            ObservedDatasource(MISSING, MISSING), "Grafana has no such datasource", id="missing"
        ),
        pytest.param(
            ObservedDatasource(REFUSED, MISSING),
            "Grafana has no such datasource",
            id="missing, though it may not be read",
        ),
        pytest.param(
            ObservedDatasource(FOUND, Told(asked=Asked.QUERY, trouble="connection refused")),
            "asked by a query: connection refused",
            id="no answer",
        ),
        pytest.param(
            ObservedDatasource(
                Datasource(name="Prometheus", uid="p", type="loki", default=False),
                Told(asked=Asked.QUERY, trouble="parse error"),
            ),
            "its type is loki, prometheus is declared; it is not the default; "
            "asked by a query: parse error",
            id="all at once",
        ),
        pytest.param(
            ObservedDatasource(Datasource(name="Prometheus", uid="p", type="prometheus"), REFUSED),
            "it is not the default",
            id="what is seen amiss counts more than what could not be seen",
        ),
    ],
)
def test_what_differs_or_does_not_answer_fails(have: ObservedDatasource, detail: str) -> None:
    finding = judge(have)

    assert (finding.verdict, finding.detail, finding.cause) == (Verdict.FAIL, detail, None)


def test_one_that_is_found_by_uid_must_have_its_name() -> None:
    declared = DeclaredDatasource(place=PLACE, name="Prometheus", uid="p")
    renamed = Datasource(name="Metrics", uid="p", type="prometheus")

    finding = judge(ObservedDatasource(renamed, ANSWERS), declared)

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, "its name is Metrics")


@pytest.mark.parametrize(
    ("have", "declared"),
    [
        pytest.param(ObservedDatasource(FOUND, REFUSED), DECLARED, id="may not be asked"),
        pytest.param(ObservedDatasource(REFUSED, REFUSED), DECLARED, id="may not be read"),
        pytest.param(
            ObservedDatasource(REFUSED, ANSWERS),
            DeclaredDatasource(place=PLACE, uid="p", type="prometheus", default=True),
            id="may be the default or not",
        ),
        pytest.param(None, DECLARED, id="not asked for yet"),
    ],
)
def test_what_could_not_be_seen_is_unknown(
    have: ObservedDatasource | None, declared: DeclaredDatasource
) -> None:
    finding = judge(have, declared)

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause(Source.GRAFANA))
    assert finding.detail


def test_an_answer_proves_one_that_may_not_be_read() -> None:
    declared = DeclaredDatasource(place=PLACE, uid="p", type="prometheus")

    assert judge(ObservedDatasource(REFUSED, ANSWERS), declared).verdict is Verdict.PASS


def test_a_failing_database_is_the_cause_of_what_is_unknown() -> None:
    finding = judge(ObservedDatasource(REFUSED, REFUSED), database="failing")

    broken = Cause("grafana_available", Subject("Grafana", "", "grafana"))
    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, broken)


def test_that_only_the_health_check_was_asked_is_said() -> None:
    finding = judge(ObservedDatasource(FOUND, Told(asked=Asked.HEALTH)))

    assert (finding.verdict, finding.detail) == (
        Verdict.PASS,
        "asked by its health check only",
    )
