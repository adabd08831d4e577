"""The platform of a cluster that is followed: asked for by discovery, and never needed."""

from typing import Any

from exporter.domain.platform import Platform
from tests.apiserver.faults import Answer
from tests.apiserver.rbac import allow
from tests.apiserver.resources import Resource
from tests.apiserver.server import ApiServer
from tests.observed.kubernetes.following import BEARER, As, Following, when_complete

PLATFORM = frozenset[type]({Platform})
CONFIG_MAPS = Resource(group="", version="v1", plural="configmaps", kind="ConfigMap")


def config_map(name: str = "argocd-cm", **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "argocd"},
        "data": data,
    }


async def test_version_apis_and_rules_are_what_the_server_says(
    api: ApiServer, following: Following
) -> None:
    api.install(CONFIG_MAPS)
    api.put(config_map(**{"resource.exclusions": "[]", "oidc.config": "secret"}))
    api.put(config_map("another"))

    async with following(needed=PLATFORM) as live:
        state = await when_complete(live)

    platform = state.facts.get(Platform)
    assert platform.kube_version == "1.36.0"
    assert platform.api_versions is not None
    assert {"v1", "v1/Node", "apps/v1/Deployment"} <= set(platform.api_versions)
    assert platform.rules is not None
    assert platform.rules.data == {"resource.exclusions": "[]"}


async def test_rules_that_nobody_lets_us_see_are_no_trouble(
    api: ApiServer, following: Following
) -> None:
    api.access.grant("viewer", [allow("list watch", "nodes")], bearer=BEARER)

    async with following(needed=PLATFORM, logins=As(api.url, BEARER)) as live:
        state = await when_complete(live)

    platform = state.facts.get(Platform)
    assert platform.kube_version == "1.36.0"
    assert platform.rules is None
    assert "grant list on configmaps" in platform.refused
    assert state.failures == ()


async def test_what_cannot_be_asked_for_is_not_known(api: ApiServer, following: Following) -> None:
    api.faults.inject(Answer(503), resource="/version")
    api.faults.inject(Answer(503), resource="/apis")

    async with following(needed=PLATFORM) as live:
        state = await when_complete(live)

    platform = state.facts.get(Platform)
    assert platform.kube_version == ""
    assert platform.api_versions is None
