from collections import Counter
from pathlib import Path

from exporter.checks import ALL
from exporter.declared.monitoring import declared
from exporter.declared.monitoring.items import items
from exporter.domain.facts import Facts
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.monitoring.stack import DeclaredStack, StackValue
from exporter.domain.provenance import Located, Place, Source
from exporter.settings.load import parse
from exporter.settings.observed import ObservedSettings

SETTINGS = """
  prometheus:
    url: http://p
    targets: [{job: api, per: job}, {job: web, per: job}]
    rules: {groups: [shop]}
  alertmanager: {url: http://a, receivers: [team]}
  grafana:
    url: http://g
    datasources: [{name: Prometheus}]
    dashboards: [{uid: overview}]
"""
KPS = Place(Source.ARGOCD, "kps.yaml", 9)
STACK = DeclaredStack(
    {
        StackValue.RETENTION: Located("15d", KPS),
        StackValue.PROMETHEUS_REPLICAS: Located("2", KPS),
        StackValue.ALERTMANAGER_REPLICAS: Located("3", KPS),
    }
)


def observed(text: str) -> ObservedSettings:
    whole = f"repository: r\ndeclared: {{}}\nobserved: {text}\n"
    return parse(whole, name="conformance.yaml", folder=Path()).settings.observed


def found(text: str, stack: DeclaredStack = STACK) -> list[Item]:
    return list(items(observed(text), stack, path="conformance.yaml"))


def test_each_expectation_is_an_item_by_the_name_that_its_findings_have() -> None:
    settings = observed(SETTINGS)
    facts = Facts({**declared(settings, path="conformance.yaml"), DeclaredStack: STACK})
    named = {
        subject
        for check in ALL
        if check.layer is Layer.OBSERVABILITY
        for subject in check.subjects(facts)
    }

    account = found(SETTINGS)

    assert {item.subject for item in account} == named
    assert {item.state for item in account} == {ItemState.COMPARED}
    assert {item.layers for item in account} == {(Layer.OBSERVABILITY,)}


def test_an_item_has_the_source_that_states_it() -> None:
    sources = Counter((item.source, item.subject.kind) for item in found(SETTINGS))

    assert sources[Source.ARGOCD, "Prometheus"] == 1
    assert sources[Source.ARGOCD, "Alertmanager"] == 1
    assert sources[Source.INVENTORY, "Alertmanager"] == 4
    assert sources[Source.INVENTORY, "ScrapeTarget"] == 2


def test_what_nobody_is_to_be_asked_for_is_out_of_scope() -> None:
    nobody = found("{}")
    alertmanager = found("{alertmanager: {url: 'http://a'}}")

    assert {item.state for item in nobody} == {ItemState.OUT_OF_SCOPE}
    assert {item.subject: item.state for item in alertmanager if item.source is Source.ARGOCD} == {
        Subject("Prometheus", "", "prometheus"): ItemState.OUT_OF_SCOPE,
        Subject("Alertmanager", "", "alertmanager"): ItemState.COMPARED,
    }


def test_nothing_expected_is_no_item() -> None:
    assert found("{}", DeclaredStack()) == []
