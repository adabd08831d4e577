"""Who wrote a field is asked for once, of one object, and within bounds."""

from typing import Any

from exporter.domain.objectkeys import ObjectKey
from exporter.domain.state import State
from exporter.domain.workloads import ObservedWorkloads
from exporter.domain.writers import ObservedWriters
from exporter.foreign.clock import SYSTEM
from exporter.observed.kubernetes.writers import PER_MINUTE
from tests.apiserver.server import ApiServer
from tests.observed.kubernetes.following import Following, when, when_complete
from tests.observed.kubernetes.objects import node
from tests.observed.kubernetes.test_declared import NEEDED, WEB, declared, service

ALL = NEEDED | {ObservedWorkloads}
API = ObjectKey("apps", "Deployment", "shop", "api")
REPLICAS = frozenset({"/spec/replicas"})
EXTERNAL = frozenset({"/spec/externalIPs"})


def written(content: dict[str, Any], fields: dict[str, Any], by: str = "evil") -> dict[str, Any]:
    entry = {
        "manager": by,
        "operation": "Update",
        "apiVersion": "v1",
        "time": "2026-11-12T14:02:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    metadata = {**content["metadata"], "managedFields": [entry]}
    return {**content, "metadata": metadata}


def deployment(by: str = "evil") -> dict[str, Any]:
    content = {
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": {"name": "api", "namespace": "shop"},
        "spec": {"replicas": 9},
    }
    return written(content, {"f:spec": {"f:replicas": {}}}, by)


def who(state: State, key: ObjectKey, pointer: str) -> str:
    known = state.facts.find(ObservedWriters)
    writer_of = known.by_object.get(key) if known else None
    return str(writer_of(pointer)) if writer_of else ""


def lists(api: ApiServer) -> int:
    """Return how often deployments were listed by now."""
    return sum(one.verb == "list" and one.resource == "deployments" for one in api.log)


async def test_writers_of_a_workload_and_of_an_object_are_known_once_asked_for(
    api: ApiServer, following: Following
) -> None:
    api.put(node("node-1"))
    api.put(deployment())
    api.put(written(service(externalIPs=["1.2.3.4"]), {"f:spec": {"f:externalIPs": {}}}))

    async with following(needed=ALL) as live:
        await when_complete(live)
        await live.follow(declared(WEB))
        await when(live, lambda _: live.complete)
        live.attribute({API: REPLICAS, WEB: EXTERNAL})
        state = await when(live, lambda one: who(one, WEB, "/spec/externalIPs"))

    expected = "evil, Update, 2026-11-12 14:02"
    assert who(state, API, "/spec/replicas") == expected
    assert who(state, WEB, "/spec/externalIPs") == expected


async def test_an_object_is_asked_for_again_only_where_another_field_is_in_question(
    api: ApiServer, following: Following
) -> None:
    api.put(node("node-1"))
    api.put(deployment())

    async with following(needed=ALL) as live:
        await when_complete(live)
        live.attribute({API: REPLICAS})
        await when(live, lambda one: who(one, API, "/spec/replicas"))
        api.put(deployment(by="somebody else"))
        live.attribute({API: REPLICAS})
        again, before = live.attributed, lists(api)
        live.attribute({API: REPLICAS | {"/spec/paused"}})
        news = live.attributed
        await when(live, lambda one: "somebody" in who(one, API, "/spec/replicas"))
        live.attribute({})
        none = await live.read(at=SYSTEM.now())

    assert (again, news) == (True, False)
    assert lists(api) == before + 1
    assert none.facts.find(ObservedWriters) is None


async def test_of_an_object_that_is_gone_or_of_a_kind_nobody_follows_nothing_is_known(
    api: ApiServer, following: Following
) -> None:
    api.put(node("node-1"))

    async with following(needed=ALL) as live:
        await when_complete(live)
        live.attribute({API: REPLICAS, ObjectKey("", "Secret", "shop", "s"): EXTERNAL})
        state = await when(live, lambda _: live.attributed)

    assert who(state, API, "/spec/replicas") in {"", "None"}


async def test_what_was_asked_for_within_a_minute_is_bounded(
    api: ApiServer, following: Following
) -> None:
    api.put(node("node-1"))
    many = {API._replace(name=f"a{n}"): REPLICAS for n in range(PER_MINUTE + 5)}

    async with following(needed=ALL) as live:
        await when_complete(live)
        before = lists(api)
        live.attribute(many)
        await when(live, lambda _: lists(api) - before >= PER_MINUTE)
        waiting = not live.attributed

    assert waiting
    assert lists(api) - before == PER_MINUTE
