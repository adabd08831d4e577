"""Who reaches the status page, and whose operator scrapes the exporter."""

from pathlib import Path

import yaml

from tests.helm.rendered import CASES, CHART, MINIMAL, case, render

EVERYTHING, VICTORIA = (
    next(path for path in CASES if path.stem.startswith(name))
    for name in ("everything", "victoriametrics")
)


def test_nothing_leads_to_the_page_unless_it_is_asked_for() -> None:
    assert render().kinds.isdisjoint({"Ingress", "HTTPRoute", "VMRule", "VMServiceScrape"})


def test_an_ingress_leads_to_the_service_under_the_prefix() -> None:
    found = case(EVERYTHING)

    ingress = found.one("Ingress")["spec"]
    (rule,) = ingress["rules"]
    (path,) = rule["http"]["paths"]
    assert (ingress["ingressClassName"], rule["host"]) == ("nginx", "tools.example.org")
    assert (path["path"], path["pathType"]) == ("/conformance", "Prefix")
    service = found.one("Service")
    assert path["backend"]["service"] == {
        "name": service["metadata"]["name"],
        "port": {"name": service["spec"]["ports"][0]["name"]},
    }


def test_a_route_leads_to_the_service() -> None:
    found = case(VICTORIA)

    route = found.one("HTTPRoute")["spec"]
    service = found.one("Service")
    (rule,) = route["rules"]
    assert route["parentRefs"] == [{"name": "gateway"}]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]
    assert rule["backendRefs"] == [
        {"name": service["metadata"]["name"], "port": service["spec"]["ports"][0]["port"]}
    ]


def test_who_serves_the_page_is_told_of_a_policy_that_keeps_it_away() -> None:
    notes = render(MINIMAL, "ingress: {enabled: true, hosts: [a.example.org]}").notes

    assert "name its pods in networkPolicy.statusPage" in notes


def test_the_rules_of_victoriametrics_are_those_of_prometheus() -> None:
    rules = case(VICTORIA).one("VMRule")

    assert rules["spec"] == render().one("PrometheusRule")["spec"]


def test_victoriametrics_scrapes_the_service() -> None:
    found = case(VICTORIA)

    scrape = found.one("VMServiceScrape")["spec"]
    labels = found.one("Service")["metadata"]["labels"]
    assert scrape["selector"]["matchLabels"].items() <= labels.items()
    assert scrape["endpoints"][0]["relabelConfigs"] == [
        {"targetLabel": "cluster", "replacement": "north"}
    ]


def test_every_object_is_in_the_namespace_that_was_named_and_annotated() -> None:
    found = case(EVERYTHING)

    wide = {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"}
    own = [one for one in found.objects if one["metadata"]["name"] != "authorities"]
    assert {one["metadata"].get("namespace") for one in own if one["kind"] not in wide} == {
        "conformance"
    }
    assert all(
        one["metadata"]["annotations"]["example.org/runbook"] == "conformance" for one in own
    )
    (subject,) = found.one("ClusterRoleBinding")["subjects"]
    assert subject["namespace"] == "conformance"


def test_on_the_network_of_the_node_names_are_found_in_the_cluster_all_the_same() -> None:
    pod = render(MINIMAL, "hostNetwork: true").pod

    assert (pod["hostNetwork"], pod["dnsPolicy"]) == (True, "ClusterFirstWithHostNet")
    assert "hostNetwork" not in render().pod


def test_further_objects_are_templates_as_maps_and_as_texts() -> None:
    extra = """
extraManifests:
  - {kind: A, metadata: {name: "{{ .Release.Name }}"}}
  - "kind: B\\nmetadata: {name: '{{ .Release.Name }}'}"
"""

    found = render(MINIMAL, extra)

    assert [found.one(kind)["metadata"]["name"] for kind in "AB"] == ["conformance"] * 2


def test_artifact_hub_is_told_of_the_images_that_the_chart_names() -> None:
    chart = yaml.safe_load(Path(CHART / "Chart.yaml").read_text())

    (image,) = yaml.safe_load(chart["annotations"]["artifacthub.io/images"])
    (git_sync,) = render().pod["initContainers"]
    assert (image["name"], image["image"]) == (git_sync["name"], git_sync["image"])
    changes = yaml.safe_load(chart["annotations"]["artifacthub.io/changes"])
    assert all(one.keys() == {"kind", "description"} for one in changes)
