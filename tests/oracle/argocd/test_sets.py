"""What an ApplicationSet makes is what Argo CD itself makes, by the answers of its own code."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from exporter.declared.argocd.application_sets import make
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

    made = make(manifest, files=Files(home, Budget()), namespace="argocd")

    found = sorted(map(shown, (one.application for one in made.applications)), key=str)
    assert found == sorted(expected(answer.get("applications") or ()), key=str)
    assert bool(made.failures) == ("error" in answer)


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
            "server": spec["destination"].get("server", "https://kubernetes.default.svc"),
            "namespace": spec["destination"].get("namespace", ""),
            "prune": automated.get("prune", False),
        }
