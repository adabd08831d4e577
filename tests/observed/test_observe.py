"""A dump that breaks is down and grows old, and says what of it is broken."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exporter.domain.clock import Instant
from exporter.domain.gaps import Extent
from exporter.domain.workloads import ObservedWorkloads
from exporter.observed.observe import Snapshots

NOW = Instant(datetime(2025, 11, 12, 5, 30, tzinfo=UTC), 1000.0)


def write(folder: Path, kind: str, *names: str) -> None:
    items = [
        {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": one, "namespace": "api"}}
        for one in names
    ]
    document = {"apiVersion": "v1", "kind": "List", "items": items}
    (folder / f"{kind.lower()}s.json").write_text(json.dumps(document))


async def test_a_dump_that_broke_does_not_grow_young_by_being_unchanged(tmp_path: Path) -> None:
    write(tmp_path, "Deployment", "a")
    snapshots = Snapshots(tmp_path)
    await snapshots.read(at=NOW)
    (tmp_path / "deployments.json").write_text("{")
    await snapshots.read(at=NOW + timedelta(minutes=1))

    snapshots.confirm(at=NOW + timedelta(hours=1))

    state = await snapshots.read(at=NOW + timedelta(hours=2))
    assert (state.sources[0].up, state.sources[0].last_success) == (False, NOW.wall)


async def test_a_good_dump_is_confirmed_by_being_unchanged(tmp_path: Path) -> None:
    write(tmp_path, "Deployment", "a")
    snapshots = Snapshots(tmp_path)
    await snapshots.read(at=NOW)

    later = NOW + timedelta(hours=1)
    snapshots.confirm(at=later)

    assert snapshots.sources(at=later)[0].last_success == later.wall


async def test_what_a_broken_file_hides_is_not_said_to_be_missing(tmp_path: Path) -> None:
    write(tmp_path, "Deployment", "a")
    (tmp_path / "statefulsets.json").write_text("{")

    state = await Snapshots(tmp_path).read(at=NOW)

    gaps = {one.extent: one for one in state.facts.gaps[ObservedWorkloads]}
    gap = gaps[Extent(kinds=frozenset({"StatefulSet"}))]
    assert gap.message.startswith("statefulsets.json:1: ")


async def test_a_dump_that_is_not_there_leaves_every_fact_with_its_reason(tmp_path: Path) -> None:
    state = await Snapshots(tmp_path / "absent").read(at=NOW)

    assert state.facts.known == {}
    assert all("absent" in gap.message for gaps in state.facts.gaps.values() for gap in gaps)
    assert not state.sources[0].up
