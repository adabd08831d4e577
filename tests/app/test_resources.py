from pathlib import Path
from typing import Any

import pytest

from exporter.app import Resource, resources_of
from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import Subject
from exporter.domain.objectkeys import DEFINITION, GroupKind, ObjectKey
from exporter.domain.objects import DeclaredObjects
from exporter.domain.provenance import Place, Source
from exporter.domain.state import State
from exporter.settings.load import Loaded, load
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.resources import custom
from tests.apiserver.server import ApiServer

PLACE = Place(Source.KUSTOMIZE, "a.yaml", 1)
FISH = GroupKind("example.org", "Fish")


def state(*kinds: GroupKind, **definition: Any) -> State:
    """Return a declaration of an object of each of these kinds, and of a definition, if any."""
    keys = [ObjectKey(kind.group, kind.kind, "", "a") for kind in kinds]
    manifests: dict[ObjectKey, Any] = {key: {} for key in keys}
    if definition:
        manifests[ObjectKey(*DEFINITION, "", "fishes")] = {"spec": definition}
    objects = {
        key: DeclaredObject(
            key=key,
            subject=Subject(key.kind, "", key.name),
            version="v1",
            manifest=manifest,
            place=PLACE,
        )
        for key, manifest in manifests.items()
    }
    return State(facts=Facts({DeclaredObjects: DeclaredObjects(objects)}))


def loaded(folder: Path, observed: str) -> Loaded:
    (folder / "repository").mkdir()
    file = folder / "conformance.yaml"
    file.write_text(
        f"repository: repository\ndeclared: {{kustomize: [k8s]}}\nobserved: {observed}\n"
    )
    return load(file)


@pytest.fixture
def unreachable(tmp_path: Path) -> Loaded:
    return loaded(tmp_path, f"{{kubernetes: {{kubeconfig: {tmp_path}/none}}}}")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (GroupKind("", "Service"), "services"),
        (GroupKind("", "Endpoints"), "endpoints"),
        (GroupKind("networking.k8s.io", "NetworkPolicy"), "networkpolicies.networking.k8s.io"),
        (GroupKind("networking.k8s.io", "Ingress"), "ingresses.networking.k8s.io"),
        (GroupKind("networking.k8s.io", "IPAddress"), "ipaddresses.networking.k8s.io"),
        (GroupKind("storage.k8s.io", "StorageClass"), "storageclasses.storage.k8s.io"),
        (GroupKind("batch", "CronJob"), "cronjobs.batch"),
    ],
)
async def test_kubernetes_own_resources_are_known(
    unreachable: Loaded, kind: GroupKind, name: str
) -> None:
    assert await resources_of(state(kind), unreachable) == [Resource(name)]


async def test_a_declared_definition_tells_the_name(unreachable: Loaded) -> None:
    names = {"kind": "Fish", "plural": "fish"}

    found = await resources_of(state(FISH, group="example.org", names=names), unreachable)

    assert Resource("fish.example.org") in found


async def test_what_nobody_tells_is_guessed_and_says_so(unreachable: Loaded) -> None:
    assert await resources_of(state(FISH), unreachable) == [
        Resource("fishes.example.org", guessed="Fish")
    ]


async def test_the_cluster_is_asked_where_it_can_be_reached(tmp_path: Path) -> None:
    async with ApiServer() as api:
        api.install(custom("example.org", "v1", "fish", "Fish"))
        config = tmp_path / "kubeconfig"
        write_kubeconfig(config, url=api.url)

        found = await resources_of(
            state(FISH), loaded(tmp_path, f"{{kubernetes: {{kubeconfig: {config}}}}}")
        )

    assert found == [Resource("fish.example.org")]
