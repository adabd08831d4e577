"""What the chart renders is taken by an API server, and grants what the exporter needs."""

import copy
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exporter.domain.workloads import ObservedPods
from tests.apiserver.resources import APPLICATIONS, SCALED_OBJECTS
from tests.helm.applied import applied, create, operators, token_of
from tests.helm.rendered import CASES, CHART, case, render
from tests.observed.kubernetes.following import names
from tests.real.clusters import Cluster
from tests.real.following import Following, sound, when
from tests.real.objects import application, node, pod

REFERENCE = CHART / "ci" / "reference-cluster-values.yaml"


@pytest.fixture
async def operated(cluster: Cluster) -> AsyncIterator[Cluster]:
    """A cluster where the operators' kinds are served."""
    async with operators(cluster):
        yield cluster


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
async def test_every_object_is_taken(operated: Cluster, path: Path) -> None:
    async with applied(operated, case(path)) as answers:
        refused = [one.body for one in answers if one.status != 201]

    assert answers
    assert refused == []


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        pytest.param("Deployment", "replica", id="Kubernetes"),
        pytest.param("ServiceMonitor", "endpoint", id="operator"),
    ],
)
async def test_an_unknown_field_is_not_taken(operated: Cluster, kind: str, field: str) -> None:
    content = copy.deepcopy(case(REFERENCE).one(kind))
    content["spec"][field] = 1
    async with applied(operated, render()):
        content["metadata"]["name"] = "another"
        answer = await create(operated, content)

    assert answer.status == 400
    assert field in answer.body.decode()


async def test_the_account_of_the_pods_may_follow_the_cluster(
    operated: Cluster, following: Following
) -> None:
    await operated.install(APPLICATIONS)
    await operated.install(SCALED_OBJECTS)
    for content in (node("a"), pod("db-0"), application("one")):
        await operated.create(content)
    rendered = case(REFERENCE)

    async with applied(operated, rendered):
        token = await token_of(operated, rendered)
        async with following(operated, token=token) as live:
            state = await when(live, sound)
            await operated.create(node("b"))
            await when(live, lambda state: names(state) == {"a", "b"})

    assert state.facts.get(ObservedPods).per_namespace == {"api": 1}


async def test_the_account_may_neither_read_secrets_nor_change_anything(
    operated: Cluster,
) -> None:
    rendered = case(REFERENCE)
    async with applied(operated, rendered):
        token = await token_of(operated, rendered)
        asked = [
            await operated.requests.ask("GET", "/api/v1/secrets", token=token),
            await operated.requests.ask("POST", "/api/v1/nodes", token=token, body=node("c")),
            await operated.requests.ask("DELETE", "/api/v1/nodes/a", token=token),
        ]

    assert [one.status for one in asked] == [403, 403, 403]
