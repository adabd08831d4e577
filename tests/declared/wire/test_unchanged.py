"""A source of which nothing changed is not read again, and any change is noticed."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.declared.confined import Workers
from exporter.declared.declare import Declarations
from exporter.declared.reader import Inputs, Reader
from exporter.domain.clock import Instant
from exporter.domain.declaration import Reading
from exporter.domain.provenance import Source
from exporter.settings.load import load
from tests.e2e.reference import EXAMPLE

AT = Instant(datetime(2025, 11, 12, 5, 30, tzinfo=UTC), 1000.0)
SETTINGS = """
repository: {{path: repository, revision: {revision}}}
declared:
  terraform: [{{path: terraform, node_name: instance_name, tags: {{Domain: domain}}}}]
  ansible: {{inventory: ansible/inventory, playbooks: [ansible/playbooks]}}
observed: {{snapshot: snapshot}}
"""
FILES = sorted(
    one.relative_to(EXAMPLE / "repository").as_posix()
    for folder in ("terraform", "ansible")
    for one in (EXAMPLE / "repository" / folder).rglob("*")
    if one.is_file()
)


class Repository:
    """A copy of the reference repository that is read again and again in workers."""

    def __init__(self, folder: Path, workers: Workers) -> None:
        shutil.copytree(EXAMPLE / "repository", folder / "repository")
        self.root = folder / "repository"
        self.workers = workers
        self.settings = folder / "conformance.yaml"
        self.settings.write_text(SETTINGS.format(revision="a" * 40))
        self.readings: list[Reading] = []
        self.declarations = Declarations(load(self.settings), run=self.run)

    async def run(self, reader: Reader, inputs: Inputs) -> Reading:
        reading = await self.workers.read(reader, inputs)
        self.readings.append(reading)
        return reading

    async def read(self) -> dict[Source, Reading]:
        self.readings.clear()
        await self.declarations.read(at=AT)
        return {one.source: one for one in self.readings}

    async def read_anew(self) -> dict[Source, Reading]:
        """Read with nothing that was kept."""
        self.declarations = Declarations(load(self.settings), run=self.run)
        return await self.read()


@pytest.fixture
def repository(tmp_path: Path, workers: Workers) -> Repository:
    return Repository(tmp_path, workers)


async def test_what_is_unchanged_is_as_it_was(repository: Repository) -> None:
    first = await repository.read()
    left = {one: unit.sealed.decoded for one, unit in repository.declarations.units.items()}

    second = await repository.read()

    assert second == first
    now = {one: unit.sealed.decoded for one, unit in repository.declarations.units.items()}
    assert now[Source.TERRAFORM] is left[Source.TERRAFORM]
    assert now[Source.ANSIBLE] is left[Source.ANSIBLE]


async def test_it_stands_at_the_revision_of_the_checkout(repository: Repository) -> None:
    await repository.read()
    kept = repository.declarations.units
    repository.settings.write_text(SETTINGS.format(revision="b" * 40))
    repository.declarations = Declarations(load(repository.settings), run=repository.run)
    repository.declarations.units = kept

    second = await repository.read()

    assert second == await repository.read_anew()
    assert {one.place.revision for one in second[Source.TERRAFORM].nodes} == {"b" * 40}


def _append(path: Path) -> None:
    path.write_text(path.read_text() + "\n# changed\n")


def _remove(path: Path) -> None:
    path.unlink()


def _spoil(path: Path) -> None:
    path.write_text(path.read_text() + "\n}}: [\n")


def _beside(path: Path) -> None:
    shutil.copy(path, path.with_name(f"another-{path.name}"))


MAIN = ("ansible/playbooks/label-nodes.yml", "terraform/main.tf")
CHANGES = [
    *((_append, file) for file in FILES),
    *((change, file) for change in (_remove, _spoil, _beside) for file in MAIN),
]


@pytest.mark.parametrize(("change", "file"), CHANGES)
async def test_any_change_of_any_file_is_noticed(
    repository: Repository, change: Callable[[Path], None], file: str
) -> None:
    await repository.read()

    change(repository.root / file)

    assert await repository.read() == await repository.read_anew()


async def test_what_failed_is_read_again(repository: Repository) -> None:
    hosts = repository.root / "ansible" / "inventory"
    _spoil(next(one for one in sorted(hosts.rglob("*")) if one.is_file()))
    await repository.read()
    left = repository.declarations.units[Source.ANSIBLE].sealed.decoded

    await repository.read()

    assert repository.declarations.units[Source.ANSIBLE].sealed.decoded is not left
