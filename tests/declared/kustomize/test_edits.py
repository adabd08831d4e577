"""Options are applied to a kustomization as ``kustomize edit`` does it, which is asked here."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.declared.kustomize import edits
from exporter.domain.errors import ParseError
from tests.programs import tool

IMAGES = {
    "images": [
        {"name": "a", "newTag": "1"},
        {"name": "z", "newName": "q", "digest": "sha256:abc"},
        {"name": "a", "newTag": "2"},
    ]
}
REPLICAS = {"replicas": [{"name": "w", "count": 2}, {"name": "x", "count": 5}]}
COMMON = {"commonLabels": {"a": "b"}, "commonAnnotations": {"a": "b"}}
PAIRS = {
    "labels": [
        {"includeSelectors": True, "pairs": {"a": "b"}},
        {"pairs": {"c": "d"}},
        {"includeTemplates": True, "pairs": {"e": "f"}},
    ]
}
EDITS = [
    ("set", "nameprefix", "--", "new-"),
    ("set", "namesuffix", "--", "-new"),
    ("set", "namespace", "--", "store"),
    ("set", "image", "a=b:2", "c:3", "d@sha256:0123"),
    ("set", "image", "a=reg:5000/b:2@sha256:0123"),
    ("set", "image", "reg:5000/x:1", "a=reg:5000/b"),
    ("set", "image", "a:3", "a:4"),
    ("set", "image", "z=*:7", "a=b:*", "n=*:1"),
    ("set", "image", "a:*", "z=*@*"),
    ("set", "image", "noimage"),
    ("set", "image", "reg:5000/x"),
    ("set", "replicas", "w=3", "v=1"),
    ("add", "label", "c:x", "e:f:g", "h:", 'q:"r"'),
    ("add", "label", "a:x"),
    ("add", "label", ":x"),
    ("add", "label", "--force", "a:x"),
    ("add", "label", "--include-templates", "n:x"),
    ("add", "label", "--without-selector", "c:x"),
    ("add", "label", "--force", "--without-selector", "c:x", "n:y"),
    ("add", "label", "--without-selector", "--include-templates", "n:x"),
    ("add", "label", "--force", "--without-selector", "--include-templates", "e:x"),
    ("add", "annotation", "n:x,y"),
    ("add", "annotation", "a:x"),
    ("add", "annotation", "--force", "a:x"),
    ("set", "image", "-x:1"),
    ("set", "image", "a:2", "--tag=1"),
    ("set", "replicas", "-w=3"),
    ("add", "label", "--n:x"),
    ("add", "label", "--force", "a:x", "-n:x"),
    ("add", "annotation", "--force:x"),
]


@pytest.mark.parametrize(
    "base",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"namePrefix": "old-", "namespace": "old"}, id="names"),
        pytest.param(IMAGES, id="images"),
        pytest.param(REPLICAS, id="replicas"),
        pytest.param(COMMON, id="common"),
        pytest.param(PAIRS, id="pairs"),
    ],
)
@pytest.mark.parametrize("edit", EDITS, ids=" ".join)
def test_an_edit_gives_what_kustomize_gives(
    tmp_path: Path, base: dict[str, Any], edit: tuple[str, ...]
) -> None:
    program = tool("kustomize-trixie")  # the one inside kubectl cannot edit
    theirs = by_kustomize(program, tmp_path / "kustomization.yaml", base, edit)

    ours: dict[str, Any] | None = json.loads(json.dumps(base))
    try:
        assert ours is not None
        edits.apply(ours, [edit])
    except ParseError:
        ours = None

    assert plain(ours) == plain(theirs)


def test_several_labels_without_selectors_go_into_one_entry() -> None:
    """As from 5.8 on; before, kustomize takes the second of them for a repetition."""
    content: dict[str, Any] = {}

    edits.apply(content, [("add", "label", "--without-selector", "n:x", "m:y")])

    (entry,) = content["labels"]
    assert entry["pairs"] == {"n": "x", "m": "y"}


def by_kustomize(
    program: str, file: Path, base: dict[str, Any], edit: tuple[str, ...]
) -> dict[str, Any] | None:
    """Return what kustomize makes of *base*; None where it refuses."""
    file.write_text(json.dumps({"resources": ["d.yaml"], **base}))
    done = subprocess.run([program, "edit", *edit], cwd=file.parent, check=False, stderr=-3)
    found: dict[str, Any] = yaml.safe_load(file.read_text())
    return found if done.returncode == 0 else None


def plain(content: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return *content* without what kustomize adds, or leaves out as it is the default."""
    if content is None:
        return None
    found = {
        key: value
        for key, value in content.items()
        if key not in {"apiVersion", "kind", "resources"} and value
    }
    for entry in found.get("labels", ()):
        entry |= {"includeSelectors": bool(entry.get("includeSelectors"))}
        entry |= {"includeTemplates": bool(entry.get("includeTemplates"))}
    return found
