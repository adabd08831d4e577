"""A repository that is damaged anywhere is read to its end, and harms one source at most."""

import json
import os
import random
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from exporter.foreign.command import MIB, Limits, run

from .counting import TRIED
from .mutation import scrambled
from .target import EXAMPLE, ROOT

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
LIMITS = Limits(seconds=120, output=64 * MIB, memory=4096 * MIB)
FOLDERS = {"terraform": "terraform", "ansible": "ansible", "argocd": "argocd", "bases": "k8s"}
"""What is damaged, by name; the source ``argocd`` renders ``k8s``, too."""


async def read(root: Path) -> tuple[int, dict[str, Any], str]:
    """Return exit code, output and log of ``declared`` in a process of its own, with limits."""
    command = [sys.executable, "-m", "exporter", "declared", "--format", "json"]
    kustomize = os.environ.get("CONFORMANCE_KUSTOMIZE", "kustomize")
    outcome = await run(
        [*command, "--config.file", str(root / "conformance.yaml")],
        cwd=ROOT,
        environment={"CONFORMANCE_KUSTOMIZE": kustomize, "HOME": str(root)},
        limits=LIMITS,
        network=True,  # not confined: it confines what it starts itself
    )
    return outcome.code, json.loads(outcome.output or "{}"), outcome.errors


def damage(folder: Path, chance: random.Random) -> list[str]:
    """Scramble some files of a folder; return what was done."""
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    chosen = chance.sample(files, k=min(len(files), chance.randint(1, 4)))
    for file in chosen:
        file.write_bytes(scrambled(file.read_bytes(), chance))
    return [str(one) for one in chosen]


async def check(root: Path, folder: str, seed: int) -> None:
    TRIED["damaged repositories read"] += 1
    shutil.copytree(EXAMPLE, root)
    done = damage(root / "repository" / folder, random.Random(seed))  # noqa: S311 - no secret

    code, told, log = await read(root)

    note = f"seed {seed}: {done}"
    assert code in {0, 3}, f"{note}: {log[-2000:]}"
    assert "Traceback" not in log, f"{note}: {log[-2000:]}"
    source = "argocd" if folder == "k8s" else folder
    up = {one["source"] for one in told["sources"] if one["up"]}
    assert up >= {"repository", "terraform", "ansible", "argocd", "inventory"} - {source}, note


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS.keys())
async def test_damage_stays_in_its_source(tmp_path: Path, folder: str) -> None:
    if not SECONDS:
        await check(tmp_path / "0", folder, seed=1)
    until = time.monotonic() + SECONDS / 10 / len(FOLDERS)
    while time.monotonic() < until:
        seed = random.SystemRandom().getrandbits(32)
        await check(tmp_path / str(seed), folder, seed=seed)
