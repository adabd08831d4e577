import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.build import Building, build
from exporter.domain.errors import ReadError, Reason

Lay = Callable[[Mapping[str, str]], Checkout]
Stand = Callable[[str], None]
Install = Callable[..., None]

OVERLAY = {"overlay/kustomization.yaml": ""}


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """Let a shell script stand in for kustomize."""

    def write(script: str) -> None:
        path = tmp_path / "kustomize"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("CONFORMANCE_KUSTOMIZE", str(path))

    return write


async def environment(checkout: Checkout, *, allow_remote: bool) -> dict[str, str]:
    printed = await build(checkout, "overlay", files=(), how=Building(allows_remote=allow_remote))
    lines = printed.decode().splitlines()
    return dict(one.split("=", 1) for one in lines if "=" in one)


async def test_it_is_told_to_build_and_nothing_else(lay: Lay, stand_in: Stand) -> None:
    stand_in('echo "$@"')

    assert (
        await build(lay(OVERLAY), "overlay", files=(), how=Building(allows_remote=True))
        == b"build ./overlay\n"
    )


async def test_it_sees_neither_our_environment_nor_a_way_to_the_network(
    lay: Lay, stand_in: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    stand_in("/usr/bin/env; /bin/ls -A $HOME | while read one; do echo file=$one; done")

    seen = await environment(lay(OVERLAY), allow_remote=False)

    assert "AWS_SECRET_ACCESS_KEY" not in seen
    assert seen["HOME"] == seen["XDG_CONFIG_HOME"] == seen["PATH"] == seen["TMPDIR"]
    assert seen["HOME"] != os.environ.get("HOME")
    assert seen["GIT_ALLOW_PROTOCOL"] == "none"
    assert seen["HTTPS_PROXY"] == "http://127.0.0.1:9"
    assert "file" not in seen


async def test_where_remote_bases_are_allowed_it_finds_git_and_the_proxy(
    lay: Lay, stand_in: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example.org:3128")
    stand_in("env")

    seen = await environment(lay(OVERLAY), allow_remote=True)

    assert seen["PATH"] == os.environ["PATH"]
    assert seen["https_proxy"] == "http://proxy.example.org:3128"
    assert seen["GIT_ALLOW_PROTOCOL"] == "https:http"
    assert seen["GIT_TERMINAL_PROMPT"] == "0"


async def test_a_failed_build_says_why(lay: Lay, stand_in: Stand) -> None:
    stand_in("echo Error: no such thing >&2; exit 1")

    with pytest.raises(ReadError, match=r"^no such thing$") as caught:
        await build(lay(OVERLAY), "overlay", files=(), how=Building(allows_remote=False))

    assert caught.value.reason is Reason.MALFORMED


async def test_a_failed_build_that_says_nothing_is_a_failure_too(lay: Lay, stand_in: Stand) -> None:
    stand_in("exit 3")

    with pytest.raises(ReadError, match="ended with 3 and no message"):
        await build(lay(OVERLAY), "overlay", files=(), how=Building(allows_remote=False))


async def test_without_a_place_for_a_temporary_directory_it_is_an_error(
    lay: Lay, stand_in: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in("")
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")

    with pytest.raises(ReadError, match="no temporary directory") as caught:
        await build(lay(OVERLAY), "overlay", files=(), how=Building(allows_remote=False))

    assert caught.value.reason is Reason.TOOL


async def test_kubectl_stands_in_where_kustomize_is_missing(
    lay: Lay, stand_in: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in('echo "$@"')
    monkeypatch.setenv("CONFORMANCE_KUBECTL", os.environ["CONFORMANCE_KUSTOMIZE"])
    monkeypatch.setenv("CONFORMANCE_KUSTOMIZE", "/nowhere/kustomize")

    assert (
        await build(lay(OVERLAY), "overlay", files=(), how=Building(allows_remote=False))
        == b"kustomize ./overlay\n"
    )


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Let stand-ins build that say another version each; nothing else is found."""
    monkeypatch.delenv("CONFORMANCE_KUSTOMIZE", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    def write(name: str, version: str, built: str = "echo $0") -> None:
        path = tmp_path / name
        version = f"Kustomize Version: v{version}" if name == "kubectl" else f"v{version}"
        path.write_text(f'#!/bin/sh\ncase $1 in version) echo "{version}" ;; *) {built} ;; esac\n')
        path.chmod(0o755)

    return write


@pytest.mark.parametrize(
    ("installed", "version", "by"),
    [
        pytest.param({"kustomize": "5.8.1", "kustomize-5.7": "5.7.0"}, "5.7.0", "kustomize-5.7"),
        pytest.param({"kustomize": "5.8.1", "kustomize-5.7": "5.7.0"}, "5.8.0", "kustomize"),
        pytest.param({"kustomize": "5.6.0", "kubectl": "5.8.1"}, "5.8.1", "kubectl"),
        pytest.param({"kustomize": "5.8.1"}, "5.7.0", "kustomize"),
        pytest.param({"kustomize": "5.8.1", "kustomize-5.7": "5.7.0"}, "", "kustomize"),
    ],
)
async def test_the_kustomize_of_argo_cd_builds_where_there_is_one(
    lay: Lay,
    install: Install,
    installed: dict[str, str],
    version: str,
    by: str,
) -> None:
    for name, of in installed.items():
        install(name, of)

    built = await build(
        lay(OVERLAY), "overlay", files=(), how=Building(allows_remote=False, version=version)
    )

    assert built.decode().strip().rpartition("/")[2] == by


@pytest.mark.parametrize(
    ("have", "wanted", "reason"),
    [
        pytest.param("5.7.0", "5.8.1", Reason.UNSUPPORTED, id="older than Argo CD's"),
        pytest.param("5.8.1", "5.8.1", Reason.MALFORMED, id="Argo CD's own"),
        pytest.param("5.8.1", "5.7.0", Reason.MALFORMED, id="newer than Argo CD's"),
        pytest.param("5.8.1", "", Reason.MALFORMED, id="Argo CD's is not known"),
    ],
)
async def test_a_field_that_an_older_kustomize_does_not_know_is_none_that_is_wrong(
    lay: Lay, install: Install, have: str, wanted: str, reason: Reason
) -> None:
    unknown = 'Error: invalid Kustomization: json: unknown field "new"'
    install("kustomize", have, f"echo '{unknown}' >&2; exit 1")

    with pytest.raises(ReadError) as caught:
        await build(
            lay(OVERLAY), "overlay", files=(), how=Building(allows_remote=False, version=wanted)
        )

    assert caught.value.reason is reason
    if reason is Reason.UNSUPPORTED:
        assert caught.value.message == ("kustomize 5.7.0 does not know new, which 5.8.1 may do")
