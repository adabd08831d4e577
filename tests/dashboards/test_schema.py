"""The JSON has the types that Grafana publishes for its dashboards."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.dashboards.boards import BOARDS, OVERVIEW, ROOT

CLASSIC = Path(__file__).with_name("classic.ts")
OPTIONS = {
    "strict": True,
    "noEmit": True,
    "skipLibCheck": True,
    "types": [],
    "target": "es2022",
    "lib": ["es2022"],
    "module": "esnext",
    "moduleResolution": "bundler",
}
MISTAKES = {
    "type": ('"schemaVersion": 42', '"schemaVersion": "42"'),
    "name": ('"title":', '"titel":'),
    "enumeration": ('"absolute"', '"relative"'),
    "option": ('"mergeValues": true', '"mergeValues": 1'),
    "query": ('"expr":', '"query":'),
}


@pytest.fixture(scope="module")
def tools() -> Path:
    """The folder of the schema and the compiler; without, skipped, except in CI."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    done = subprocess.run(
        [ROOT / "tools" / "unpack-schema"], capture_output=True, text=True, check=False
    )
    if missing or done.returncode:
        why = f"{', '.join(missing)} missing" if missing else done.stderr
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    return Path(done.stdout.strip())


def complaints(tools: Path, folder: Path, texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what the compiler has against each of some dashboards, by their names."""
    types = tools / "schema" / "dist" / "types"
    shutil.copy(CLASSIC, folder)
    for name, text in texts.items():
        (folder / f"{name}.ts").write_text(
            f"import type {{ Classic }} from './classic';\nexport const it: Classic = {text};\n"
        )
    paths = {
        "@grafana/schema": [str(types / "index.d.ts")],
        "@grafana/schema/raw/*": [str(types / "raw" / "*")],
    }
    config = {"compilerOptions": OPTIONS | {"paths": paths}, "include": ["*.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        ["node", tools / "typescript" / "lib" / "tsc.js", "--project", ".", "--pretty", "false"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line[:1].strip()]
    assert all(re.match(r"[\w-]+\.ts\(", line) for line in lines), lines
    return {name: [line for line in lines if line.startswith(f"{name}.ts(")] for name in texts}


@pytest.fixture(scope="module")
def compiled(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the compiler says of every dashboard, and of one with each of some mistakes."""
    texts = {uid: json.dumps(board) for uid, board in BOARDS.items()}
    mistaken = {
        name: texts[OVERVIEW].replace(right, wrong, 1) for name, (right, wrong) in MISTAKES.items()
    }
    assert texts[OVERVIEW] not in mistaken.values()
    return complaints(tools, tmp_path_factory.mktemp("schema"), texts | mistaken)


@pytest.mark.parametrize("uid", BOARDS)
def test_a_dashboard_has_the_types_of_grafanas_schema(
    uid: str, compiled: dict[str, list[str]]
) -> None:
    assert compiled[uid] == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_noticed(mistake: str, compiled: dict[str, list[str]]) -> None:
    assert compiled[mistake]
