"""Reading only what changed gives what reading all of it would, and reads no more than that."""

import random
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from exporter.declared.confined import Workers
from exporter.declared.declare import Declarations, here
from exporter.declared.reader import Inputs, Reader
from exporter.declared.wire.readings import Decoded
from exporter.domain.clock import Instant
from exporter.domain.declaration import Reading
from exporter.domain.provenance import Source
from exporter.settings.load import load
from tests.declared.wire import gitops
from tests.declared.wire.gitops import Edit

CHANCE = random.Random(0)  # noqa: S311 - the same each time
pytestmark = [pytest.mark.usefixtures("kustomize")]


class Repository:
    """A repository that is read in workers, and beside them with nothing left out."""

    def __init__(self, folder: Path, workers: Workers) -> None:
        self.folder, self.workers = folder, workers
        self.root = folder / "first"
        self.count = 0
        gitops.lay(self.root)
        self.inside: dict[Source, Reading] = {}
        self.whole: dict[Source, Reading] = {}
        self.declarations = Declarations(self._settings(), run=self._inside)
        self.reference = Declarations(self._settings(), run=self._whole)

    @property
    def revision(self) -> str:
        """The commit that is checked out."""
        return f"a{self.count:039x}"

    def _settings(self, more: str = "") -> Any:
        """Let the link lead to the checkout, as git-sync does; each commit is one of its own."""
        link = self.folder / "repository"
        link.unlink(missing_ok=True)
        link.symlink_to(self.root)
        path = self.folder / "conformance.yaml"
        path.write_text(gitops.SETTINGS.format(url=gitops.URL, revision=self.revision, more=more))
        return load(path)

    async def _inside(self, reader: Reader, inputs: Inputs) -> Reading:
        self.inside[reader.source] = await self.workers.read(reader, inputs)
        return self.inside[reader.source]

    async def _whole(self, reader: Reader, inputs: Inputs) -> Reading:
        self.whole[reader.source] = await here(reader, inputs)
        return self.whole[reader.source]

    def commit(self) -> None:
        """Check the next commit out elsewhere, and leave the last one behind."""
        self.count += 1
        former, self.root = self.root, self.folder / f"checkout-{self.count}"
        shutil.copytree(former, self.root, symlinks=True)
        shutil.rmtree(former)

    async def read(self, more: str = "") -> None:
        at = Instant(datetime(2025, 11, 12, 5, 30, tzinfo=UTC), 1000.0 + self.count)
        for one in (self.declarations, self.reference):
            one.loaded = self._settings(more)
            await one.read(at=at)


def _plain(readings: Mapping[Source, Reading]) -> dict[Source, Reading]:
    """Return readings without the order of what has none."""
    return {
        source: replace(
            one,
            items=tuple(sorted(one.items, key=repr)),
            unresolved=tuple(sorted(one.unresolved, key=repr)),
            stack=tuple(sorted(one.stack, key=repr)),
        )
        for source, one in readings.items()
    }


@pytest.fixture
def repository(tmp_path: Path, workers: Workers) -> Repository:
    return Repository(tmp_path, workers)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_changes_it_is_read_as_if_all_were(
    repository: Repository, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same each time
    await repository.read()
    assert _plain(repository.inside) == _plain(repository.whole)
    history = []

    for _ in range(8):
        repository.commit()
        for _ in range(chance.randint(1, 2)):
            edit = chance.choice(gitops.EDITS)
            history.append(edit.__name__)
            if next(repository.root.rglob("*.y*ml"), None) is None:
                gitops.lay(repository.root)
            edit(repository.root, chance)
        await repository.read()

        assert _plain(repository.inside) == _plain(repository.whole), history


class Counting(Repository):
    """Tells how much was read again, by source."""

    async def read_again(self, more: str = "") -> dict[Source, int | str]:
        """Return of how many parts of each source something was read: all, where it has none."""
        before = self._decoded()
        self.declarations.loaded = self._settings(more)
        at = Instant(datetime(2025, 11, 12, 5, 30, tzinfo=UTC), 1000.0 + self.count)
        await self.declarations.read(at=at)
        return {
            source: one.written if one.parts else "all"
            for source, one in self._decoded().items()
            if one is not before.get(source)
        }

    def _decoded(self) -> dict[Source, Decoded]:
        kept = {source: one.sealed.decoded for source, one in self.declarations.units.items()}
        return {source: one for source, one in kept.items() if isinstance(one, Decoded)}


@pytest.fixture
def counting(tmp_path: Path, workers: Workers) -> Counting:
    return Counting(tmp_path, workers)


def _append(name: str, text: str = "\n# changed\n") -> Edit:
    def edit(root: Path, _: random.Random) -> None:
        gitops.write(root / name, (root / name).read_text() + text)

    return edit


def _new(name: str, text: str = "") -> Edit:
    return lambda root, _: gitops.write(root / name, text)


A, K, N = Source.ARGOCD, Source.KUSTOMIZE, Source.ANSIBLE


@pytest.mark.parametrize(
    ("edit", "again"),
    [
        pytest.param(lambda *_: None, {}, id="nothing"),
        pytest.param(_new("README.md"), {}, id="a file that nobody asked about"),
        pytest.param(_append("apps/shop/deployment.yaml"), {A: 2}, id="what two Applications have"),
        pytest.param(_append("apps/blog/deployment.yaml"), {A: 1}, id="what an Application has"),
        pytest.param(_append("applications/blog.yaml", "\n---\n"), {A: 0}, id="an Application"),
        pytest.param(
            _new("applications/blog.yaml", gitops.application("blog", "apps/cart")),
            {A: 1, K: 0},
            id="another path of an Application",
        ),
        pytest.param(_append("overlays/prod/kustomization.yaml"), {A: 1}, id="a kustomization"),
        pytest.param(_append("base/kustomization.yaml"), {A: 1, K: 1}, id="a base of two overlays"),
        pytest.param(_append("base/deployment.yaml"), {A: 1, K: 1}, id="a file of a base"),
        pytest.param(_append("chart/more.yaml"), {A: 1}, id="values"),
        pytest.param(_append("chart/templates/a.yaml"), {A: 1}, id="a template of a chart"),
        pytest.param(_append("standalone/y/deployment.yaml"), {K: 1}, id="what no Application has"),
        pytest.param(_new("apps/new/a.yaml"), {}, id="a directory beside others"),
        pytest.param(
            _new("generated/c/a.yaml", gitops.deployment("c")),
            {A: 1, K: 0},  # it has to know what is delivered
            id="a new match of a glob",
        ),
        pytest.param(_append("inventory/hosts.yml"), {N: "all"}, id="the inventory of Ansible"),
    ],
)
@pytest.mark.usefixtures("helm")
async def test_only_what_asked_for_a_change_is_read_again(
    counting: Counting, edit: Edit, again: dict[Source, int | str]
) -> None:
    await counting.read_again()

    counting.commit()
    edit(counting.root, CHANCE)

    assert await counting.read_again() == again


async def test_other_settings_make_all_be_read_again(counting: Counting) -> None:
    await counting.read_again()

    found = await counting.read_again("charts: {kube_version: '1.33.0'}")

    assert found == {A: 12, K: 2, N: "all"}


async def test_all_stands_at_the_new_commit(counting: Counting) -> None:
    await counting.read_again()

    counting.commit()
    _append("apps/shop/deployment.yaml")(counting.root, CHANCE)
    await counting.read_again()

    readings = counting.inside.values()
    places = [
        *(one.place for each in readings for one in each.workloads),
        *(place for each in readings for one in each.workloads for place in one.places.values()),
        *(one.place for each in readings for one in each.items),
        *(one.place for each in readings for one in each.nodes),
    ]
    assert {one.revision for one in places} == {counting.revision}


async def test_what_is_broken_stands_where_it_was_last_seen(counting: Counting) -> None:
    await counting.read_again()
    first = counting.revision
    counting.commit()
    await counting.read_again()

    counting.commit()
    _append("apps/blog/deployment.yaml", "\n}}: [\n")(counting.root, CHANCE)
    await counting.read_again()

    found = {one.key.name: one.place.revision for one in counting.inside[A].workloads}
    assert found["blog"] == first
    assert found["cart"] == counting.revision


async def test_remote_bases_are_read_again_each_time(counting: Counting) -> None:
    await counting.read_again("allow_remote_bases: true")

    found = await counting.read_again("allow_remote_bases: true")

    assert found[K] == "all"
