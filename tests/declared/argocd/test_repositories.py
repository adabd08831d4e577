from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.repositories import Home, Standing
from exporter.domain.addresses import normalise

COMMIT = "4c3ba6c2d4e3ee1e2b0f5fd2a1c2f6b7a8d9e0f1"


@pytest.mark.parametrize(
    "address",
    [
        "https://git.example.org/Platform/GitOps.git",
        "https://git.example.org/platform/gitops",
        "https://git.example.org/platform/gitops/",
        "https://someone:secret@git.example.org/platform/gitops.git",
        "https://git.example.org:443/platform/gitops",
        "http://GIT.example.org/platform/gitops",
        "git@git.example.org:platform/gitops.git",
        "git.example.org:platform/gitops",
        "ssh://git@git.example.org/platform/gitops.git",
        "ssh://git@git.example.org:22/platform/gitops.git",
        "git://git.example.org/platform/gitops.git/",
        " https://git.example.org/platform/gitops ",
    ],
)
def test_ways_to_write_an_address_are_the_same(address: str) -> None:
    assert normalise(address) == "git.example.org/platform/gitops"


@pytest.mark.parametrize(
    "address",
    [
        "https://git.example.org/platform/other",
        "https://git.example.org:8443/platform/gitops",
        "https://example.org/git.example.org/platform/gitops",
        "/srv/git/platform/gitops",
        "",
    ],
)
def test_other_addresses_stay_others(address: str) -> None:
    assert normalise(address) != "git.example.org/platform/gitops"


def test_without_addresses_a_path_that_exists_is_local(tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    home = Home(Checkout.at(tmp_path))

    assert home.is_local("https://git.example.org/a/b", "apps")
    assert not home.is_local("https://git.example.org/a/b", "missing")
    assert not home.is_local("https://git.example.org/a/b", "")


def test_with_addresses_the_path_does_not_matter(tmp_path: Path) -> None:
    home = Home(Checkout.at(tmp_path), frozenset({"git.example.org/a/b"}))

    assert home.is_local("git@git.example.org:a/b.git", "missing")
    assert not home.is_local("https://git.example.org/a/c", "")


@pytest.mark.parametrize(
    ("revision", "reference", "standing"),
    [
        pytest.param("", "", Standing.SAME, id="none"),
        pytest.param("HEAD", "release", Standing.SAME, id="head"),
        pytest.param("main", "", Standing.SAME, id="main-by-default"),
        pytest.param("master", "", Standing.SAME, id="master-by-default"),
        pytest.param("develop", "develop", Standing.SAME, id="the-branch"),
        pytest.param("refs/heads/develop", "develop", Standing.SAME, id="full-name"),
        pytest.param(COMMIT, "", Standing.SAME, id="the-commit"),
        pytest.param("v1.2.0", "develop", Standing.SAME, id="tag-of-the-commit"),
        pytest.param("v1.1.0", "develop", Standing.OTHER, id="another-tag"),
        pytest.param("1" * 40, "develop", Standing.OTHER, id="another-commit"),
        pytest.param("main", "develop", Standing.UNKNOWN, id="a-branch-that-is-not-known-here"),
    ],
)
def test_a_revision_is_compared_with_the_checkout(
    tmp_path: Path, revision: str, reference: str, standing: Standing
) -> None:
    references = {"v1.2.0": COMMIT, "v1.1.0": "0" * 40}
    home = Home(Checkout(tmp_path, COMMIT), reference=reference, references=references)

    assert home.compare(revision) is standing


@pytest.mark.parametrize(
    ("revision", "standing"),
    [
        pytest.param("develop", Standing.UNKNOWN, id="a-branch"),
        pytest.param("v1.0.0", Standing.OTHER, id="a-version-pins"),
    ],
)
def test_a_checkout_without_revision_disproves_only_what_pins(
    tmp_path: Path, revision: str, standing: Standing
) -> None:
    assert Home(Checkout(tmp_path)).compare(revision) is standing
