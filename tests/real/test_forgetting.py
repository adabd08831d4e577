import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exporter.domain.watches import Restart
from exporter.observed.kinds.node import KIND as NODE
from exporter.observed.kubernetes.api import Api
from exporter.observed.kubernetes.errors import WatchError
from exporter.observed.kubernetes.login import Configured
from exporter.observed.kubernetes.reflector import Reflector
from exporter.observed.kubernetes.store import Store
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.real.clusters import Real
from tests.real.following import GRACE, LIMITS
from tests.real.objects import node
from tests.real.processes import ADMIN_TOKEN

NODES = NODE


@pytest.fixture
async def api(plain: Real, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The client's side of a server that forgets quickly; its watches are short."""
    monkeypatch.setenv("no_proxy", "*")
    path = tmp_path / "kubeconfig"
    write_kubeconfig(path, url=plain.url, token=ADMIN_TOKEN, authority=plain.authority)
    found = Api(Configured(path), replace(LIMITS, watch=(2, 2)))
    yield found
    await found.close()


async def nodes(cluster: Real, query: str) -> dict[str, Any]:
    """Return a list of nodes, or the object of the first event of a watch; empty without one."""
    answer = await cluster.requests.ask("GET", f"{NODES.path()}?{query}")
    told: dict[str, Any] = json.loads(answer.body.partition(b"\n")[0] or b"{}")
    found: dict[str, Any] = told.get("object", told)
    return found


async def until_forgotten(cluster: Real, query: str) -> None:
    """Return when the server no longer has the version that *query* goes on from."""
    async with asyncio.timeout(GRACE):
        while (await nodes(cluster, query)).get("code") != 410:  # noqa: ASYNC110 - to be asked
            await asyncio.sleep(0.2)


def known(store: Store) -> set[str]:
    return set(store.content.collection.fold.contents()) if store.content else set()


async def test_a_version_that_the_database_forgot_leads_to_a_new_list(
    plain: Real, api: Api
) -> None:
    await plain.create(node("a"))
    store, told = Store(NODES), asyncio.Event()
    reflector = Reflector(api, store, changed=told.set)
    await reflector.step()  # asks for a streaming list, in vain
    told.clear()
    listing = asyncio.create_task(reflector.step())
    await told.wait()
    await plain.create(node("b"))
    await listing
    assert known(store) == {"a", "b"}

    version = (await nodes(plain, "limit=1"))["metadata"]["resourceVersion"]
    await plain.delete(node("a"))
    await until_forgotten(plain, f"watch=true&timeoutSeconds=1&resourceVersion={version}")
    await reflector.step()
    assert (store.restarts[Restart.EXPIRED], known(store)) == (1, {"a", "b"})
    await reflector.step()

    assert (store.lists, known(store)) == (2, {"b"})
    assert store.trouble is None


async def test_a_token_of_a_list_that_the_database_forgot_is_expired(plain: Real, api: Api) -> None:
    for name in "abc":
        await plain.create(node(name))
    page = await api.page(NODES.path(), {"limit": "1"}, kind=NODE)
    await plain.create(node("d"))
    await until_forgotten(plain, f"limit=1&continue={page.following}")

    with pytest.raises(WatchError) as caught:
        await api.page(NODES.path(), {"limit": "1", "continue": page.following}, kind=NODE)

    assert (caught.value.restart, caught.value.code) == (Restart.EXPIRED, 410)
