"""Whatever a server calls its kinds, a dump has a file for each, or says which it lacks."""

import json
import resource
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from exporter.observed.dump.served import ServedKind
from exporter.observed.dump.write import Dump, Dumped, put
from exporter.observed.kubernetes.discovery import NOTHING

LONG = ".".join(["a" * 60] * 4)


@dataclass
class Cluster:
    """Has one object of each kind."""

    async def get(
        self, path: str, *, query: Mapping[str, str] = NOTHING, accept: str = ""
    ) -> bytes:
        del query, accept
        return json.dumps({"items": [{"metadata": {"name": path}}]}).encode()

    async def close(self) -> None:
        """Nothing is open."""


def served(plural: str, *, kind: str = "Widget", group: str = "") -> ServedKind:
    return ServedKind(group=group, version="v1", plural=plural, kind=kind)


async def dumped(folder: Path, *kinds: ServedKind) -> Dumped:
    put(folder / "apis.json", [b"{}"])
    dump = Dump(cluster=Cluster(), folder=folder)
    await dump.write(kinds)
    return dump.done


async def test_what_is_told_twice_is_dumped_once(tmp_path: Path) -> None:
    done = await dumped(tmp_path, served("widgets"), served("widgets"))

    assert (done.objects, done.lacking) == ({"widgets": 1}, {})


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param([served("widgets"), served("widgets", kind="Gadget")], id="of-two-kinds"),
        pytest.param([served("widgets"), served("apis")], id="as-a-file-of-the-dump"),
        pytest.param([served("widgets"), served("widgets", group=LONG)], id="longer-than-files"),
    ],
)
async def test_what_can_have_no_file_of_its_own_is_told(
    tmp_path: Path, kinds: list[ServedKind]
) -> None:
    done = await dumped(tmp_path, *kinds)

    assert done.objects == {"widgets": 1}
    assert [why.partition(": ")[0] for why in done.lacking.values()] == ["cannot be written"]
    assert (tmp_path / "apis.json").read_bytes() == b"{}"


def test_a_file_that_cannot_be_written_to_its_end_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "widgets.json"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            put(path, [bytes(1 << 20)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert not path.exists()
