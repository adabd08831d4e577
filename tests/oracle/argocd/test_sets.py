"""What an ApplicationSet makes is what Argo CD itself makes, by the answers of its own code."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from exporter.declared.argocd.application_sets import make
from exporter.declared.argocd.destinations import IN_CLUSTER, Cluster
from exporter.declared.argocd.files import Files
from exporter.declared.argocd.templating import Budget
from exporter.declared.located import from_plain
from exporter.declared.repositories import Home
from exporter.domain.addresses import normalise
from exporter.domain.declaration import DeclaredApplication
from exporter.domain.provenance import Place, Source
from tests.declared.argocd.conftest import Lay
from tests.oracle.argocd.answers import URL, answered

Case = Mapping[str, Any]


@pytest.mark.parametrize(("case", "answer"), [*answered("sets")])
def test_an_application_set_makes_what_argo_cd_makes_of_it(
    lay: Lay, case: Case, answer: Case
) -> None:
    home = Home(lay(case["files"]), frozenset({normalise(URL)}))
    manifest = from_plain(case["set"], Place(Source.ARGOCD, "set.yaml", 1))
    cluster = Cluster.called(case["destinations"]) if "destinations" in case else Cluster()

    made = make(manifest, files=Files(home, Budget()), namespace="argocd", cluster=cluster)

    found = sorted(map(shown, (one.application for one in made.applications)), key=str)
    wanted = [] if case.get("unresolved") else expected(answer.get("applications") or ())
    names = case.get("destinations", ())
    assert found == sorted((one for one in wanted if is_here(one, cluster, names)), key=str)
    assert bool(made.failures) == ("error" in answer)
    assert bool(made.unresolved) == bool(case.get("unresolved"))
    assert made.complete == (not made.failures and "clusters" not in case)


def is_here(application: Mapping[str, Any], cluster: Cluster, names: Sequence[str]) -> bool:
    """Tell whether an Application of Argo CD goes to the cluster that is looked at."""
    return not names or application["server"] in {*cluster.addresses, *names}


def shown(found: DeclaredApplication) -> Mapping[str, Any]:
    (source,) = found.sources
    return {
        "name": found.key.name,
        "labels": {key: one.value for key, one in found.labels.items()},
        "project": found.project,
        "path": source.path,
        "revision": source.revision,
        "server": found.destination_server,
        "namespace": found.destination_namespace,
        "prune": bool(found.automation and found.automation.prune),
    }


def expected(applications: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in applications:
        spec = one["spec"]
        source = spec["source"]
        automated = spec.get("syncPolicy", {}).get("automated", {})
        yield {
            "name": one["metadata"]["name"],
            "labels": one["metadata"].get("labels", {}),
            "project": spec["project"],
            "path": source["path"],
            "revision": source.get("targetRevision") or "HEAD",
            "server": _server(spec["destination"]),
            "namespace": spec["destination"].get("namespace", ""),
            "prune": automated.get("prune", False),
        }


def _server(destination: Mapping[str, str]) -> str:
    """Return where an Application goes, by address or else by name."""
    return destination.get("server") or destination.get("name") or IN_CLUSTER
