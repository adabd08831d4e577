"""What Argo CD is asked, what counts of its answers, and for how long."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from exporter.domain.declaration import ApplicationKey
from exporter.domain.errors import ReadError
from exporter.domain.renderings import ArgocdRendering, ArgocdRenderings
from exporter.observed.argocd.messages import MAX_BYTES, MAX_MANIFESTS, parse_manifests
from exporter.observed.argocd.poller import MAX_PER_ROUND, ArgocdPoller
from exporter.observed.endpoint import Endpoint
from exporter.observed.polling import Answer
from exporter.settings.monitoring import ArgocdSettings
from tests.clocks import Time
from tests.observed.argocd.conftest import TOKEN, ArgocdApi

KEY, OTHER = ApplicationKey("argocd", "shop"), ApplicationKey("team", "a/b")
MANIFEST = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})
TOLD: dict[str, object] = {"manifests": [MANIFEST], "revision": "0123abc", "sourceType": "Plugin"}


@dataclass(slots=True)
class Asking:
    poller: ArgocdPoller
    time: Time

    async def ask(self, *keys: ApplicationKey) -> dict[ApplicationKey, ArgocdRendering]:
        self.poller.want(frozenset(keys))
        return found(await self.poller.ask())


def found(answer: Answer) -> dict[ApplicationKey, ArgocdRendering]:
    fact = answer.facts[ArgocdRenderings]
    assert isinstance(fact, ArgocdRenderings)
    return dict(fact.applications)


@pytest.fixture
async def asking(argocd: ArgocdApi, tmp_path: Path) -> AsyncIterator[Asking]:
    (tmp_path / "token").write_text(TOKEN)
    settings = ArgocdSettings(url=argocd.url, token_file="token")
    time = Time()
    poller = ArgocdPoller.of(Endpoint(settings, folder=tmp_path), settings, time.clock)
    yield Asking(poller, time)
    await poller.close()


async def test_what_argo_cd_renders_is_told_with_its_revision(
    argocd: ArgocdApi, asking: Asking
) -> None:
    argocd.answers = {"argocd/shop": TOLD}

    known = await asking.ask(KEY)

    assert known == {KEY: ArgocdRendering(manifests=(MANIFEST,), revision="0123abc")}


async def test_each_application_is_asked_for_in_its_namespace_and_by_its_whole_name(
    argocd: ArgocdApi, asking: Asking
) -> None:
    argocd.answers = {"argocd/shop": TOLD, "team/a/b": TOLD}

    known = await asking.ask(KEY, OTHER)

    assert sorted(argocd.asked) == ["argocd/shop", "team/a/b"]
    assert all(told.manifests for told in known.values())


async def test_a_refusal_concerns_just_that_application(argocd: ArgocdApi, asking: Asking) -> None:
    argocd.answers = {"argocd/shop": TOLD, "team/a/b": 403}

    known = await asking.ask(KEY, OTHER)

    assert known[KEY].manifests
    assert known[OTHER].refusal.startswith("the server answered 403")


async def test_where_nothing_is_answered_the_source_is_down(
    argocd: ArgocdApi, asking: Asking
) -> None:
    argocd.answers = {"argocd/shop": 500}

    asking.poller.want(frozenset({KEY}))
    answer = await asking.poller.ask()

    assert set(answer.gaps) == {ArgocdRenderings}


async def test_what_was_told_counts_for_a_while_and_not_for_ever(
    argocd: ArgocdApi, asking: Asking
) -> None:
    argocd.answers = {"argocd/shop": TOLD}
    await asking.ask(KEY)
    argocd.answers = {"argocd/shop": 503}

    asking.time.go_on(timedelta(minutes=4))
    still = await asking.ask(KEY)
    asking.time.go_on(timedelta(minutes=2))
    later = await asking.ask(KEY)

    assert still[KEY].manifests
    assert later[KEY].manifests == ()
    assert later[KEY].refusal.startswith("the server answered 503")


async def test_no_more_are_asked_for_at_once_than_argo_cd_can_bear(
    argocd: ArgocdApi, asking: Asking
) -> None:
    keys = [ApplicationKey("argocd", f"a{number}") for number in range(MAX_PER_ROUND + 5)]
    argocd.answers = {str(key): TOLD for key in keys}

    first = await asking.ask(*keys)
    asking.time.go_on(timedelta(minutes=1))
    then = await asking.ask(*keys)

    assert (len(first), len(then)) == (MAX_PER_ROUND, len(keys))
    assert len(argocd.asked) == 2 * MAX_PER_ROUND


async def test_what_nobody_wants_any_more_is_forgotten(argocd: ArgocdApi, asking: Asking) -> None:
    argocd.answers = {"argocd/shop": TOLD}
    await asking.ask(KEY)

    assert await asking.ask() == {}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html>", id="a login page"),
        pytest.param(b'{"manifests": [{}]}', id="no texts"),
        pytest.param(json.dumps({"manifests": ["{}"] * (MAX_MANIFESTS + 1)}).encode(), id="many"),
        pytest.param(b" " * (MAX_BYTES + 1), id="large"),
    ],
)
def test_an_answer_of_another_shape_is_an_error(body: bytes) -> None:
    with pytest.raises(ReadError):
        parse_manifests(body, path="/api")
