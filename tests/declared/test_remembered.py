"""What is broken counts as it was, for a while; all else as it is."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporter.declared.confined import Workers
from exporter.declared.declare import Declarations, Run, here
from exporter.declared.remembered import Remembered
from exporter.domain.applications import DeclaredApplications
from exporter.domain.clock import Instant
from exporter.domain.declaration import Unreadable
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.provenance import Source
from exporter.domain.state import State
from exporter.domain.workloads import DeclaredWorkloads
from exporter.settings.load import load

START = Instant(datetime(2025, 11, 12, 5, 30, tzinfo=UTC), 1000.0)
MINUTE = timedelta(minutes=1)
URL = "https://git.example.org/platform/gitops.git"
pytestmark = pytest.mark.usefixtures("kustomize")


def deployment(name: str, replicas: int = 1) -> str:
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: shop}}\n"
        f"spec: {{replicas: {replicas}}}\n"
    )


def application(name: str, path: str) -> str:
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\n"
        f"spec: {{source: {{repoURL: {URL}, path: {path}}}, destination: {{namespace: shop}}}}\n"
    )


SET = f"""\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: set}}
spec:
  generators: [{{git: {{repoURL: {URL}, files: [{{path: config/*.json}}]}}}}]
  template:
    metadata: {{name: '{{{{name}}}}'}}
    spec: {{source: {{repoURL: {URL}, path: plain}}, destination: {{namespace: shop}}}}
"""
FILES = {
    "apps/a.yaml": application("a", "overlay"),
    "apps/b.yaml": application("b", "plain"),
    "apps/set.yaml": SET,
    "config/c.json": '{"name": "c"}',
    "config/d.json": '{"name": "d"}',
    "overlay/kustomization.yaml": "resources: [one.yaml, two.yaml]\n",
    "overlay/one.yaml": deployment("one"),
    "overlay/two.yaml": deployment("two"),
    "plain/three.yaml": deployment("three"),
    "plain/four.yaml": deployment("four"),
    "own/kustomization.yaml": "resources: [five.yaml]\n",
    "own/five.yaml": deployment("five"),
}


class Repository:
    """A repository that is read again and again."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.root = folder / "repository"
        self.write(FILES)
        settings = folder / "conformance.yaml"
        settings.write_text(
            f"repository: {{path: repository, url: {URL}}}\n"
            "declared: {argocd: [apps], kustomize: [own], max_age: 10m}\n"
            "observed: {snapshot: snapshot}\n"
        )
        self.declarations = Declarations(load(settings), run=run)

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def spoil(self, name: str) -> None:
        self.write({name: (self.root / name).read_text() + "x: [\n"})

    async def read(self, *, after: timedelta = timedelta()) -> State:
        return await self.declarations.read(at=START + after)


@pytest.fixture(params=["here", "in workers"])
def repository(tmp_path: Path, request: pytest.FixtureRequest, workers: Workers) -> Repository:
    return Repository(tmp_path, here if request.param == "here" else workers.read)


def replicas(state: State) -> dict[str, object]:
    workloads = state.facts.get(DeclaredWorkloads).workloads
    return {key.name: one.manifest["spec"]["replicas"] for key, one in workloads.items()}  # type: ignore[call-overload,index] # as laid out above


def applications(state: State) -> set[str]:
    return {key.name for key in state.facts.get(DeclaredApplications).applications}


def broken(state: State) -> set[str]:
    return {one.place.path for one in state.facts.get(Unreadable).failures}


EVERYTHING = {"one": 1, "two": 1, "three": 1, "four": 1, "five": 1}
Break = Callable[[Repository], None]


@pytest.mark.parametrize(
    ("spoilt", "lost"),
    [
        pytest.param("overlay/one.yaml", {"one", "two"}, id="file of an overlay"),
        pytest.param("overlay/kustomization.yaml", {"one", "two"}, id="overlay"),
        pytest.param("plain/four.yaml", {"four"}, id="plain file"),
        pytest.param("own/kustomization.yaml", {"five"}, id="overlay of the settings"),
        pytest.param("apps/a.yaml", {"one", "two"}, id="file of an Application"),
        pytest.param("config/c.json", set(), id="file of a generator"),
    ],
)
async def test_what_breaks_counts_as_it_was_until_that_is_too_old(
    repository: Repository, spoilt: str, lost: set[str]
) -> None:
    before = await repository.read()
    repository.spoil(spoilt)

    soon = await repository.read(after=9 * MINUTE)
    late = await repository.read(after=11 * MINUTE)

    assert replicas(before) == replicas(soon) == EVERYTHING
    assert applications(before) == applications(soon)
    assert broken(before) == set()
    assert broken(soon) == broken(late) == {spoilt}
    assert set(EVERYTHING) - set(replicas(late)) == lost


async def test_what_stands_in_is_told_with_its_age(repository: Repository) -> None:
    await repository.read()
    repository.spoil("overlay/one.yaml")

    state = await repository.read(after=MINUTE)

    (failure,) = state.facts.get(Unreadable).failures
    assert "what it said at 2025-11-12T05:30:00+00:00 stands in" in failure.message
    (status,) = (one for one in state.sources if one.source is Source.ARGOCD)
    assert (status.up, status.last_success) == (False, START.wall)
    source = next(one for one in state.facts.get(DeclaredItems).items if one.subject.name == "a/0")
    assert (source.state, source.size) == (ItemState.UNREADABLE, 0)


@pytest.mark.parametrize("spoilt", ["apps/a.yaml", "overlay/one.yaml", "plain/four.yaml"])
async def test_what_stands_in_weighs_what_it_did(repository: Repository, spoilt: str) -> None:
    before = await repository.read()
    repository.spoil(spoilt)

    after = await repository.read(after=MINUTE)

    lost = set(items(after)) - set(items(before))
    assert sum(one.size for one in lost) == 0


def items(state: State) -> list[Item]:
    return [
        one for one in state.facts.get(DeclaredItems).items if one.state is ItemState.UNREADABLE
    ]


async def test_all_else_counts_as_it_is_and_never_a_mixture_in_one_overlay(
    repository: Repository,
) -> None:
    await repository.read()
    repository.spoil("overlay/one.yaml")
    repository.write(
        {
            "overlay/two.yaml": deployment("two", 7),
            "plain/three.yaml": deployment("three", 7),
            "own/five.yaml": deployment("five", 7),
        }
    )

    state = await repository.read(after=MINUTE)

    assert replicas(state) == EVERYTHING | {"three": 7, "five": 7}


async def test_what_is_removed_does_not_stand_in(repository: Repository) -> None:
    await repository.read()
    (repository.root / "plain/four.yaml").unlink()
    (repository.root / "apps/a.yaml").unlink()

    state = await repository.read(after=MINUTE)

    assert set(replicas(state)) == {"three", "five"}
    assert applications(state) == {"b", "c", "d"}


async def test_a_place_that_is_gone_counts_as_it_was(repository: Repository) -> None:
    before = await repository.read()
    for name in ("apps", "own"):
        (repository.root / name).rename(repository.root / f"no-{name}")

    soon, late = [await repository.read(after=after * MINUTE) for after in (5, 11)]

    assert replicas(soon) == EVERYTHING
    assert applications(soon) == applications(before)
    assert broken(soon) == {"apps", "own"}
    assert (replicas(late), applications(late)) == ({}, set())


async def test_a_repository_that_is_gone_counts_as_it_was(repository: Repository) -> None:
    before = await repository.read()
    repository.root.rename(repository.root.parent / "elsewhere")

    soon, late = [await repository.read(after=after * MINUTE) for after in (5, 11)]

    assert replicas(soon) == EVERYTHING
    assert applications(soon) == applications(before)
    assert (replicas(late), applications(late)) == ({}, set())


async def test_what_is_confirmed_is_as_good_as_new(repository: Repository) -> None:
    await repository.read()
    repository.declarations.confirm(at=START + 60 * MINUTE)
    repository.spoil("overlay/one.yaml")

    assert replicas(await repository.read(after=65 * MINUTE)) == EVERYTHING


async def test_what_is_broken_is_not_made_new_by_a_confirmation(repository: Repository) -> None:
    await repository.read()
    repository.spoil("overlay/one.yaml")
    await repository.read(after=MINUTE)
    repository.declarations.confirm(at=START + 9 * MINUTE)

    assert "one" not in replicas(await repository.read(after=12 * MINUTE))


async def test_what_is_mended_counts_as_it_is(repository: Repository) -> None:
    await repository.read()
    repository.spoil("overlay/one.yaml")
    await repository.read(after=MINUTE)
    repository.write({"overlay/one.yaml": deployment("one", 5)})

    state = await repository.read(after=2 * MINUTE)

    assert replicas(state) == EVERYTHING | {"one": 5}
    assert broken(state) == set()


async def test_an_application_that_makes_no_sense_any_more_counts_as_it_was(
    repository: Repository,
) -> None:
    await repository.read()
    spoilt = application("a", "overlay").replace("source:", "sauce:")
    repository.write({"apps/a.yaml": spoilt, "apps/set.yaml": SET.replace("git:", "got:")})

    state = await repository.read(after=MINUTE)

    assert replicas(state) == EVERYTHING
    assert applications(state) == {"a", "b", "c", "d"}
    assert broken(state) == {"apps/a.yaml", "apps/set.yaml"}


def test_nothing_is_recalled_that_was_not_kept() -> None:
    memory = Remembered(timedelta(hours=1))
    memory.start(at=START)

    assert memory.recall("a", str) is None


def test_what_nobody_asks_for_any_more_is_forgotten() -> None:
    memory = Remembered(timedelta(hours=1))
    memory.start(at=START)
    memory.keep("a", "b")
    memory.finish()
    memory.start(at=START)
    memory.finish()
    memory.start(at=START)

    assert memory.recall("a", str) is None
