"""Kinds are followed because code declares objects of them."""

from dataclasses import replace
from typing import Any

import pytest

from exporter.domain.declaration import DeclaredObject
from exporter.domain.finding import Subject
from exporter.domain.nodes import ObservedNodes
from exporter.domain.objectkeys import GroupKind, ObjectKey
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.provenance import Place, Source
from exporter.domain.state import State
from exporter.foreign.clock import SYSTEM
from tests.apiserver.rbac import allow
from tests.apiserver.resources import custom
from tests.apiserver.server import ApiServer
from tests.observed.kubernetes.following import BEARER, As, Following, when, when_complete
from tests.observed.kubernetes.objects import node

NEEDED = frozenset({ObservedNodes, ObservedObjects})
SERVICES = GroupKind("", "Service")
NAMESPACES = GroupKind("", "Namespace")
WIDGETS = GroupKind("example.org", "Widget")
WEB = ObjectKey("", "Service", "shop", "web")
SPACE = ObjectKey("", "Namespace", "shop", "shop")
WIDGET = ObjectKey("example.org", "Widget", "shop", "w")
PLACE = Place(Source.KUSTOMIZE, "a.yaml", 1)


def declared(*keys: ObjectKey, version: str = "v1") -> DeclaredObjects:
    return DeclaredObjects(
        {
            key: DeclaredObject(
                key=key,
                subject=Subject(key.kind, key.namespace, key.name),
                version=version,
                manifest={},
                place=PLACE,
            )
            for key in keys
        }
    )


def service(name: str = "web", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop"}
    return {"kind": "Service", "apiVersion": "v1", "metadata": metadata, "spec": spec}


def widget() -> dict[str, Any]:
    metadata = {"name": "w", "namespace": "shop"}
    return {"kind": "Widget", "apiVersion": "example.org/v1", "metadata": metadata, "size": 1}


def objects(state: State) -> ObservedObjects:
    return state.facts.get(ObservedObjects)


def spec(state: State, key: ObjectKey = WEB) -> object:
    found = objects(state).get(key)
    return found.manifest.get("spec") if isinstance(found, ObservedObject) else found


async def test_a_declared_object_is_seen_with_what_it_says(
    api: ApiServer, following: Following
) -> None:
    api.put(service(type="ClusterIP"))

    async with following(needed=NEEDED) as live:
        await live.follow(declared(WEB))
        state = await when_complete(live)

    assert spec(state) == {"type": "ClusterIP"}
    assert objects(state).refusal(SERVICES) == ""


async def test_of_what_nobody_declares_only_the_name_is_kept(
    api: ApiServer, following: Following
) -> None:
    api.put(service("other", externalName="hunter2"))

    async with following(needed=NEEDED) as live:
        await live.follow(declared(WEB))
        state = await when_complete(live)

    assert objects(state).kinds[SERVICES] == {("shop", "other"): None}


async def test_a_kind_that_no_code_declares_is_not_asked_for(
    api: ApiServer, following: Following
) -> None:
    async with following(needed=NEEDED) as live:
        await live.follow(declared())
        await when_complete(live)

    assert {entry.resource for entry in api.log} <= {"nodes", "selfsubjectaccessreviews"}


async def test_changes_of_a_declared_object_are_followed(
    api: ApiServer, following: Following
) -> None:
    api.put(service(type="ClusterIP"))
    async with following(needed=NEEDED) as live:
        await live.follow(declared(WEB))
        await when(live, lambda state: spec(state) == {"type": "ClusterIP"})

        api.put(service(type="NodePort"))
        await when(live, lambda state: spec(state) == {"type": "NodePort"})
        api.delete("services", "web", namespace="shop")
        await when(live, lambda state: WEB not in objects(state))


async def test_what_is_declared_later_is_read_anew_and_known_by_name_until_then(
    api: ApiServer, following: Following
) -> None:
    other = WEB._replace(name="other")
    api.put(service(type="A"))
    api.put(service("other", type="B"))
    async with following(needed=NEEDED) as live:
        await live.follow(declared(WEB))
        await when(live, lambda state: spec(state) == {"type": "A"})

        await live.follow(declared(WEB, other))
        between = objects(await live.read(at=SYSTEM.now()))
        state = await when(live, lambda state: spec(state, other) == {"type": "B"})

    assert (WEB in between, other in between) == (True, True)
    assert between.gaps == {}
    assert spec(state) == {"type": "A"}


async def test_a_kind_that_is_no_longer_declared_is_left_alone(following: Following) -> None:
    async with following(needed=NEEDED) as live:
        await live.follow(declared(WEB))
        await when_complete(live)

        await live.follow(declared())
        state = await live.read(at=SYSTEM.now())

    assert objects(state).kinds == {}


async def test_a_kind_without_namespaces_is_found_whatever_namespace_is_declared(
    api: ApiServer, following: Following
) -> None:
    api.put({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "shop"}, "spec": {}})

    async with following(needed=NEEDED) as live:
        await live.follow(declared(SPACE))
        state = await when_complete(live)

    assert isinstance(objects(state).get(SPACE), ObservedObject)


async def test_there_is_nothing_of_a_kind_that_is_not_installed_until_it_is(
    api: ApiServer, following: Following
) -> None:
    async with following(needed=NEEDED) as live:
        await live.follow(declared(WIDGET))
        state = await when_complete(live)
        assert objects(state).kinds == {WIDGETS: {}}

        api.install(custom("example.org", "v1", "widgets", "Widget"))
        api.put(widget())
        await when(live, lambda state: isinstance(objects(state).get(WIDGET), ObservedObject))


async def test_while_nothing_changes_the_very_same_value_is_read_whatever_is_not_installed(
    api: ApiServer, following: Following
) -> None:
    api.put(service())

    async with following(needed=NEEDED) as live:
        await live.follow(declared(WEB, WIDGET))
        first = objects(await when_complete(live))
        again = objects(await live.read(at=SYSTEM.now()))

    assert again is first


async def test_a_kind_at_which_we_may_not_look_is_refused_and_leaves_the_source_up(
    api: ApiServer, following: Following
) -> None:
    api.put(node("a"))
    api.access.grant("viewer", [allow("list watch", "nodes")], bearer=BEARER)

    async with following(needed=NEEDED, logins=As(api.url, BEARER)) as live:
        await live.follow(declared(WEB))
        state = await when_complete(live)

    assert objects(state).refusal(SERVICES) == (
        "services is forbidden: grant list and watch on services"
    )
    assert (state.failures, state.sources[0].up) == ((), True)


async def test_what_is_in_another_version_than_declared_is_seen_in_that(
    api: ApiServer, following: Following
) -> None:
    api.put(service())

    async with following(needed=NEEDED) as live:
        await live.follow(declared(WEB, version="v1beta1"))
        state = await when_complete(live)

    found = objects(state).get(WEB)
    assert isinstance(found, ObservedObject)
    assert found.version == "v1"


@pytest.mark.parametrize("namespaces", [("shop",), ("shop", "other")])
async def test_only_the_namespaces_of_the_settings_are_asked_for(
    api: ApiServer, following: Following, namespaces: tuple[str, ...]
) -> None:
    api.put(service())

    async with following(needed=NEEDED, namespaces=namespaces) as live:
        await live.follow(declared(WEB))
        state = await when_complete(live)

    assert WEB in objects(state)
    asked = {entry.namespace for entry in api.log if entry.resource == "services"}
    assert asked == set(namespaces)


async def test_of_kinds_that_are_only_referred_to_no_more_than_metadata_is_asked_for(
    api: ApiServer, following: Following
) -> None:
    api.put(node("node-1"))
    api.put(service())
    api.install(custom("example.org", "v1", "widgets", "Widget"))
    api.put(widget())
    referring = replace(declared(WEB), referred=frozenset({WIDGETS}))

    async with following(needed=NEEDED) as live:
        await when_complete(live)
        await live.follow(referring)
        state = await when(live, lambda _: live.complete)

    assert ("shop", "w") in objects(state).kinds[WIDGETS]
    assert "PartialObjectMetadata" in api.accepted["watch", "widgets"]
    assert api.accepted["watch", "services"] == "application/json"
