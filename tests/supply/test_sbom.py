"""The bill of materials is one, and has all that the image is made of."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import distributions, metadata
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from supply import notice, sbom
from supply.components import LICENCES, ROOT, Component, packages, read
from tests.programs import missing

AT = datetime(2026, 1, 1, tzinfo=UTC)
DIGEST = "sha256:" + "a" * 64
LOCK = (
    "one==1.0 ; python_full_version < '3.12' \\\n    --hash=sha256:{0}\n"
    "one==2.0 ; python_full_version >= '3.12' \\\n    --hash=sha256:{1} \\\n"
    "    --hash=sha256:{0}\n"
    "two==3 ; sys_platform == 'win32' \\\n    --hash=sha256:{0}\n"
).format("0" * 64, "1" * 64)


@pytest.fixture(scope="session")
def schema() -> Path:
    """The folder of CycloneDX's schemas."""
    done = subprocess.run(
        [ROOT / "tools" / "unpack-cyclonedx"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        missing(done.stderr)
    return Path(done.stdout.strip())


def _retrieve(folder: Path) -> Callable[[str], Resource[Any]]:
    def retrieve(uri: str) -> Resource[Any]:
        name = uri.rsplit("/", 1)[-1].replace(".schema.json", ".SNAPSHOT.schema.json")
        return Resource.from_contents(json.loads((folder / name).read_text()))

    return retrieve


def test_it_is_what_cyclonedx_says_it_has_to_be(schema: Path) -> None:
    rules = json.loads((schema / "bom-1.6.SNAPSHOT.schema.json").read_text())
    registry: Registry[Any] = Registry(retrieve=_retrieve(schema))  # type: ignore[call-arg] # attrs

    found = sbom.document(read(), at=AT)

    assert not [*Draft7Validator(rules, registry=registry).iter_errors(found)]


def test_it_has_all_that_the_image_installs() -> None:
    lock = (ROOT / "requirements" / "image.txt").read_text()
    names = {one["name"] for one in sbom.document(read(), at=AT)["components"]}

    assert set(re.findall(r"^([a-z0-9.-]+)==", lock, re.MULTILINE)) <= names
    built = {"helm.sh/helm/v3", "helm.sh/helm/v4", "sigs.k8s.io/kustomize/kustomize/v5"}
    assert {"python", "git", "tini", *built} <= names


def test_of_packages_it_has_those_of_the_image_s_python() -> None:
    found = packages(LOCK, python="3.13")

    assert list(found) == [
        Component(kind="pypi", name="one", version="2.0", hashes=("0" * 64, "1" * 64))
    ]


def test_the_same_sources_give_the_same_bytes() -> None:
    assert sbom.document(read(), at=AT) == sbom.document(read(), at=AT)


PACKAGES = {re.sub(r"[-_.]+", "-", one.name).lower() for one in distributions()}
"""What is installed here: the other parts of the image are programs."""


@pytest.mark.parametrize("name", sorted(LICENCES.keys() & PACKAGES))
def test_licences_are_those_that_packages_say(name: str) -> None:
    said = metadata(name).json

    words = " ".join(str(said.get(one)) for one in ("license_expression", "license", "classifier"))
    known = {
        "Apache-2.0": r"Apache",
        "BSD-2-Clause": r"BSD",
        "BSD-3-Clause": r"BSD",
        "GPL-3.0-or-later": r"GPLv3\+|GPL-3\.0-or-later",
        "ISC": r"ISC",
        "MIT": r"MIT",
        "MIT-0": r"MIT-0",
        "MPL-2.0": r"MPL",
        "PSF-2.0": r"PSF|Python Software Foundation",
    }
    for one in re.split(r" (?:AND|OR) ", LICENCES[name]):
        assert re.search(known[one], words), (one, words)


def test_the_notice_is_up_to_date() -> None:
    assert (ROOT / "NOTICE").read_text() == notice.text(read()), "make sbom writes it again"


def test_a_base_image_goes_by_its_digest(tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"
    image = f"registry.example/python:3.13@{DIGEST}"

    subprocess.run(
        [sys.executable, "-m", "supply.sbom", "--python-image", image, file], cwd=ROOT, check=True
    )

    (base, *_) = json.loads(file.read_text())["components"]
    assert base["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]


def test_a_base_image_without_a_digest_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "supply.sbom", "--python-image", "python:3.13"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "digest" in done.stderr


@pytest.mark.parametrize(
    ("python", "go", "refused"),
    [
        pytest.param("", "", "PYTHON_IMAGE", id="neither"),
        pytest.param(f"python:3.13@{DIGEST}", "", "GO_IMAGE", id="one of two"),
        pytest.param("python:3.13@sha256:abc", f"golang:1@{DIGEST}", "PYTHON_IMAGE", id="cut"),
    ],
)
def test_a_release_is_built_from_images_by_their_digests(
    python: str, go: str, refused: str
) -> None:
    done = subprocess.run(
        [ROOT / "tools" / "build-image", "test:1"],
        env={"PATH": "/usr/bin:/bin", "PINNED": "yes", "PYTHON_IMAGE": python, "GO_IMAGE": go},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith(f"{refused} has no digest")
