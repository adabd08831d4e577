"""A dump holds what is judged, is judged as the cluster itself, and holds no secrets."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from exporter.app import DumpOptions, dump
from exporter.domain.errors import SettingsError, UnreachableError
from exporter.domain.state import State
from exporter.observed import snapshot
from exporter.observed.dump.objects import Kept
from exporter.observed.dump.served import ServedKind, discover_all
from exporter.observed.dump.write import MAX_PAGES, Dump
from exporter.settings.load import Loaded, load, parse
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.rbac import allow
from tests.apiserver.resources import Resource
from tests.apiserver.server import ApiServer
from tests.e2e.reference import EXAMPLE, Reference
from tests.programs import tool

SECRETS = Resource(group="", version="v1", plural="secrets", kind="Secret")
SECRET: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "s", "namespace": "api"},
    "data": {"password": "aHVudGVyMg=="},
}


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    async with ApiServer() as server:
        server.load_snapshot(EXAMPLE / "snapshot")
        server.install(SECRETS)
        server.put(SECRET)
        yield server


def options(api: ApiServer, tmp_path: Path, *, by: str | None = None) -> DumpOptions:
    write_kubeconfig(tmp_path / "kubeconfig", url=api.url)
    return DumpOptions(folder=tmp_path / "dump", kubeconfig=tmp_path / "kubeconfig", kubectl=by)


def settings(folder: Path, declared: str = "argocd: [argocd/applications]") -> Loaded:
    text = (
        f"repository: {{path: {EXAMPLE}/repository, "
        "url: 'https://github.com/example/infrastructure.git'}\n"
        f"declared: {{{declared}}}\nobserved: {{kubernetes: {{}}}}\n"
    )
    return parse(text, name="conformance.yaml", folder=folder)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("by", ["kubectl", None], ids=["kubectl", "our own client"])
async def test_a_dump_is_judged_as_the_cluster(
    api: ApiServer, tmp_path: Path, reference: Reference, declared: State, by: str | None
) -> None:
    program = tool(by) if by else None
    expected = await reference.evaluate(declared=declared, at=datetime.now(UTC))

    done = await dump(options(api, tmp_path, by=program), load(EXAMPLE / "conformance.yaml"))

    reference.edit("conformance.yaml", "snapshot: snapshot", f"snapshot: {tmp_path}/dump")
    found = await reference.evaluate(declared=declared, at=datetime.now(UTC))
    assert done.lacking == {}
    assert found.evaluation.findings == expected.evaluation.findings


async def test_only_what_the_settings_need_is_asked_for(api: ApiServer, tmp_path: Path) -> None:
    done = await dump(options(api, tmp_path), settings(tmp_path, "inventory: {nodes: [{name: a}]}"))

    assert done.objects.keys() == {"nodes", "pods"}
    assert names(tmp_path / "dump") == {"apis.json", "nodes.json", "pods.json", "version.json"}


async def test_without_settings_all_is_asked_for_but_secrets(
    api: ApiServer, tmp_path: Path
) -> None:
    done = await dump(options(api, tmp_path), None)

    assert done.objects.keys() >= {"nodes", "services", "deployments.apps", "rollouts.argoproj.io"}
    assert done.objects["deployments.apps"] == 16
    assert not [entry for entry in api.log if entry.resource == "secrets"]
    for path in (tmp_path / "dump").iterdir():
        assert "aHVudGVyMg" not in path.read_text()


async def test_what_nobody_serves_is_known_to_be_absent(api: ApiServer, tmp_path: Path) -> None:
    await dump(options(api, tmp_path), None)

    read = snapshot.read(tmp_path / "dump")

    assert read.items["Rollout"] == 0
    assert not read.failures
    assert not read.gaps


async def test_what_nobody_lets_us_read_is_told_and_not_empty(
    api: ApiServer, tmp_path: Path
) -> None:
    api.access.grant("viewer", [allow("list watch get", "pods")], bearer="t")
    chosen = options(api, tmp_path)
    write_kubeconfig(tmp_path / "kubeconfig", url=api.url, token="t")

    done = await dump(chosen, settings(tmp_path, "inventory: {nodes: [{name: a}]}"))

    assert done.objects.keys() == {"pods"}
    assert "nodes" in done.lacking
    assert "nodes.json" not in names(chosen.folder)


async def test_a_dump_is_its_owners_alone(api: ApiServer, tmp_path: Path) -> None:
    await dump(options(api, tmp_path), settings(tmp_path))

    folder = tmp_path / "dump"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


async def test_a_folder_that_holds_something_is_left_alone(api: ApiServer, tmp_path: Path) -> None:
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / "notes.txt").write_text("mine")

    with pytest.raises(SettingsError, match="is not empty"):
        await dump(options(api, tmp_path), None)


async def test_no_cluster_is_told_at_once(api: ApiServer, tmp_path: Path) -> None:
    chosen = options(api, tmp_path)
    write_kubeconfig(tmp_path / "kubeconfig", url="http://127.0.0.1:1")

    with pytest.raises(UnreachableError, match="no connection"):
        await dump(chosen, None)
    assert not chosen.folder.exists()


def pod(value: str) -> Raw:
    container = {"name": "a", "env": [{"name": "KEY", "value": value}, {"name": "B"}]}
    metadata = {
        "name": "p",
        "managedFields": [{"manager": "kubelet"}],
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": value},
    }
    content = {"metadata": metadata, "spec": {"containers": [container]}}
    return Raw(json.dumps(content).encode())


def test_masked_values_are_nowhere_in_the_object() -> None:
    kept = Kept("Pod", mask=True).of(pod("hunter2"))

    assert b"hunter2" not in kept
    assert b'"KEY"' in kept


@pytest.mark.parametrize(
    ("kind", "kept"),
    [pytest.param("Pod", False, id="pods"), pytest.param("Deployment", True, id="others")],
)
def test_who_wrote_a_field_is_kept_where_people_write(kind: str, *, kept: bool) -> None:
    assert (b"kubelet" in Kept(kind).of(pod("x"))) is kept


async def test_what_a_dump_masks_is_unknown_and_no_failure(
    api: ApiServer, tmp_path: Path, reference: Reference, declared: State
) -> None:
    chosen = replace(options(api, tmp_path), mask=True)
    before = await reference.evaluate(declared=declared, at=datetime.now(UTC))

    await dump(chosen, load(EXAMPLE / "conformance.yaml"))

    reference.edit("conformance.yaml", "snapshot: snapshot", f"snapshot: {tmp_path}/dump")
    after = await reference.evaluate(declared=declared, at=datetime.now(UTC))
    changed = [one for one in after.evaluation.findings if one not in before.evaluation.findings]
    assert {one.check for one in changed} == {"workload_spec"}
    assert {str(one.verdict) for one in changed} == {"unknown"}
    assert all("the dump masks" in one.detail for one in changed)


class Answers:
    """A server that answers with *bodies*, and notes for what it was asked."""

    def __init__(self, **bodies: Any) -> None:
        self.bodies = {path.replace("__", "/"): body for path, body in bodies.items()}
        self.asked: list[str] = []

    async def get(self, path: str, *, query: Any = None, accept: str = "") -> bytes:
        del query, accept
        self.asked.append(path)
        return json.dumps(self.bodies.get(path, {"items": []})).encode()

    async def close(self) -> None:
        pass


def resource(name: str, kind: str) -> dict[str, Any]:
    return {"name": name, "kind": kind, "namespaced": True, "verbs": ["list", "watch"]}


async def test_what_is_no_name_becomes_no_part_of_a_path() -> None:
    groups = [{"name": name, "versions": [{"version": "v1"}]} for name in ("../../x", "good.io")]
    odd = [resource("../../y", "Y"), resource("pods/log", "Pod"), resource("a", 'A","x":"')]
    api = Answers(__apis={"groups": groups}, __api__v1={"resources": odd})

    found = await discover_all(api)

    assert found.kinds == []
    assert sorted(api.asked) == ["/api/v1", "/apis", "/apis/good.io/v1"]


@pytest.mark.parametrize(
    "changes", [{"plural": "../x"}, {"group": "../.."}, {"version": "v1/../x"}, {"kind": 'X"'}]
)
async def test_a_kind_that_is_no_name_is_told_and_not_asked_for(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    api = Answers()
    names_of_one: dict[str, Any] = {
        "group": "a.io",
        "version": "v1",
        "plural": "xs",
        "kind": "X",
        **changes,
    }
    writing = Dump(cluster=api, folder=tmp_path)

    await writing.write([ServedKind(**names_of_one)])

    assert (api.asked, names(tmp_path)) == ([], set())
    assert [*writing.done.lacking.values()] == ["is no name of a kind, so nobody is asked for it"]


async def test_nobody_is_asked_for_a_kind_that_nobody_serves(tmp_path: Path) -> None:
    """Its resource would be guessed: that of ``SECRET`` is that of Secrets."""
    api = Answers()
    guessed = ServedKind(group="", version="v1", plural="secrets", kind="SECRET", served=False)

    await Dump(cluster=api, folder=tmp_path).write([guessed])

    assert api.asked == []
    assert json.loads((tmp_path / "secrets.json").read_text())["items"] == []


async def test_a_list_that_never_ends_is_told(tmp_path: Path) -> None:
    api = Answers(__api__v1__pods={"metadata": {"continue": "more"}, "items": []})
    writing = Dump(cluster=api, folder=tmp_path)

    await writing.write([ServedKind(group="", version="v1", plural="pods", kind="Pod")])

    assert (len(api.asked), names(tmp_path)) == (MAX_PAGES, set())
    assert "more than are read" in writing.done.lacking["pods"]
