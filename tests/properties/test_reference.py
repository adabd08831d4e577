"""What cannot be read makes unknown what it could say, and nothing else: the reference cluster."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Subject
from tests.e2e.reference import EXAMPLE, Reference
from tests.properties.mutations import MUTATIONS
from tests.properties.rules import changed, taken_away

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("kustomize")]

REPOSITORY = EXAMPLE / "repository"
FILES = sorted(
    file.relative_to(REPOSITORY).as_posix() for file in REPOSITORY.rglob("*") if file.is_file()
)
NODES = frozenset({"Node", "NodeGroup"})
PLACES = frozenset({"File", "Directory", "Play", "Objects"})
"""Kinds of items that are parts of the code itself."""


def cases() -> Iterator[object]:
    """Yield every file with one mutation, so that each mutation meets every kind of file."""
    for n, path in enumerate(FILES):
        mutate = MUTATIONS[n % len(MUTATIONS)]
        yield pytest.param(path, mutate, id=f"{path}-{mutate.__name__}")


@pytest.fixture
def reference(tmp_path: Path) -> Reference:
    """A copy to change."""
    return Reference.copy(tmp_path / "reference")


_WHOLE: list[Evaluation] = []


@pytest.fixture
async def whole(tmp_path: Path) -> Evaluation:
    """The reference cluster as it is, judged once for all tests."""
    if not _WHOLE:
        copy = Reference.copy(tmp_path / "whole")
        _WHOLE.append((await copy.evaluate()).evaluation)
    return _WHOLE[0]


def concerns(path: str, check: str, subject: Subject) -> bool:
    """Tell whether the file *path* could say anything of *subject* to this *check*."""
    top, *rest = PurePosixPath(path).parts
    if subject.kind in PLACES:
        return True
    if top in {"terraform", "ansible"}:
        return subject.kind not in {"Deployment", "Service", "Source"} and (
            subject.kind != "Application" or check == "declaration_conflict"
        )
    if subject.kind in NODES:
        return False
    if top == "k8s" and rest[0] == "overlays":
        return rest[1] in subject.name or subject.kind in {"Prometheus", "Alertmanager"}
    return top in {"argocd", "k8s"}


@pytest.mark.parametrize(("path", "mutate"), list(cases()))
async def test_an_unreadable_file_hides_no_failure_and_raises_no_score(
    path: str, mutate: Callable[[Path], None], reference: Reference, whole: Evaluation
) -> None:
    mutate(reference.root / "repository" / path)

    after = (await reference.evaluate()).evaluation

    assert list(taken_away(whole, after, path)) == []
    beyond = {one for one in changed(whole, after) if not concerns(path, *one)}
    assert beyond == set()


@pytest.mark.parametrize("overlay", ["auth", "scan"])
async def test_what_is_validly_removed_takes_only_itself(
    overlay: str, reference: Reference, whole: Evaluation
) -> None:
    application_set = reference.root / "repository/argocd/applications/ecoeco-appset-kustomize.yaml"
    kept = without_element(application_set.read_text(), overlay)
    application_set.write_text(kept)
    shutil.rmtree(reference.root / "repository/k8s/overlays" / overlay)

    after = (await reference.evaluate()).evaluation

    assert {one for one in changed(whole, after) if overlay not in one[1].name} == set()
    items = (sum(outcome.items.values()) for outcome in (whole, after))
    assert next(items) > next(items)


def without_element(text: str, name: str) -> str:
    """Return an ApplicationSet's file without one element of its list generator."""
    lines = text.splitlines(keepends=True)
    starts = [n for n, line in enumerate(lines) if line.strip().startswith("- ") and name in line]
    assert starts
    end = starts[0] + 1
    while lines[end].strip() and not lines[end].strip().startswith(("- ", "template")):
        end += 1
    return "".join(lines[: starts[0]] + lines[end:])
