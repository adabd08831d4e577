"""Every value that kustomize builds is told to come from the line that it does come from."""

import asyncio
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.renderer import Renderer
from exporter.declared.rendered import Manifest
from exporter.domain.provenance import Source
from tests.oracle.figures import Outcome, counted, record, seeds
from tests.oracle.kustomize.generator import FIRST_NUMBER, MARK, Repository

HERE: Final = Path(__file__).parent
LANGUAGE: Final = "Kustomize provenance, value by value"
FIXED: Final = range(8)
BUILDS: Final = 500
_NUMBER: Final = re.compile(rf"\b{str(FIRST_NUMBER)[0]}\d{{3}}\b")


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every scalar in a value with its pointer."""
    if isinstance(value, Mapping):
        for key, inside in value.items():
            yield from leaves(inside, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for at, inside in enumerate(value):
            yield from leaves(inside, f"{pointer}/{at}")
    else:
        yield pointer, value


def lines(files: Mapping[str, str]) -> Mapping[str, tuple[str, int]]:
    """Return the only path and line that has each mark."""
    found: dict[str, tuple[str, int]] = {}
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            for mark in (*MARK.findall(line), *_NUMBER.findall(line)):
                assert mark not in found, mark
                found[mark] = path, number
    return found


def outcomes(
    manifest: Manifest, truth: Mapping[str, tuple[str, int]]
) -> Iterator[tuple[str, Outcome]]:
    """Yield how the place of each value with a mark stands to the line that has it."""
    for pointer, value in leaves(manifest.content):
        marks = [mark for mark in (*MARK.findall(str(value)), str(value)) if mark in truth]
        if not marks:
            continue
        place = manifest.places.get(pointer)
        if place is None:
            yield pointer, Outcome.UNRESOLVED
        else:
            same = (place.path, place.line) == truth[marks[-1]]
            yield pointer, Outcome.EQUAL if same else Outcome.DIFFERENT


async def built(files: Mapping[str, str], folder: Path) -> tuple[Manifest, ...]:
    """Return what kustomize makes of the files, with our places; nothing where it refuses them."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    renderer = Renderer(Checkout.at(folder), allow_remote=False, source=Source.KUSTOMIZE)
    rendered = await renderer.render("top")
    assert rendered.left_out == ()
    return rendered.manifests


def version(kustomize: str) -> str:
    """Return the version of kustomize, or of the one in this kubectl."""
    words = ["version", "--client", "-o", "json"] if "kubectl" in kustomize else ["version"]
    done = subprocess.run([kustomize, *words], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["kustomizeVersion"] if len(words) > 1 else done.stdout
    return str(found).strip().removeprefix("v")


def test_every_value_comes_from_the_line_that_has_it(kustomize: str, tmp_path: Path) -> None:
    found: list[Outcome] = []
    different: list[str] = []
    builds: list[int] = []

    for seed in seeds(*FIXED, tried=builds, least=BUILDS):
        files = Repository(Random(seed)).write()  # noqa: S311 - cases, no secrets
        manifests = asyncio.run(built(files, tmp_path / str(seed)))
        builds += [seed] if manifests else []
        for manifest in manifests:
            for pointer, outcome in outcomes(manifest, lines(files)):
                found.append(outcome)
                if outcome is Outcome.DIFFERENT:
                    different.append(f"seed {seed}: {manifest.place} {pointer}")

    figures = counted(found, language=LANGUAGE, tool="kustomize", version=version(kustomize))
    record(figures, HERE)
    assert different == []
    assert len(builds) > len(FIXED) / 2
