"""What the simulated controllers are held against is what real ones write by now."""

import shutil
from pathlib import Path

import pytest

from tests.real.control import CONTROLLERS, control_plane
from tests.real.recording import record
from tests.trust.transitions import STEPS, Transitions, conditions, fields, lasting, recorded


@pytest.fixture(scope="module")
def folder(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for a control plane, if there are its programs."""
    missing = [name for name in CONTROLLERS if not shutil.which(name, path=assets)]
    if missing:
        pytest.skip(f"{assets} lacks {' and '.join(missing)}: nothing was recorded")
    return tmp_path_factory.mktemp("recording")


async def test_controllers_write_what_is_recorded_of_them(assets: Path, folder: Path) -> None:
    with control_plane(assets, folder) as server:
        found = await record(server)

    assert found_of(found) == found_of(recorded())


def found_of(some: Transitions) -> dict[str, object]:
    """Return what does not depend on how quick informers and kubelets are."""
    return {
        kind: (
            [lasting(kind, some[kind][step]) for step in steps],
            {
                name: set(found)
                for name, found in conditions(
                    one for step in steps for one in some[kind][step]
                ).items()
            },
            fields(one for step in steps for one in some[kind][step]),
        )
        for kind, steps in STEPS.items()
    }
