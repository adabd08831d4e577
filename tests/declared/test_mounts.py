"""What addresses of remote bases name, and checkouts that lie in one."""

from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.mounts import FOLDER, Mount, MountedCheckout, RemoteBase
from exporter.domain.addresses import normalise
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Source


@pytest.mark.parametrize(
    ("address", "repository", "path", "revision"),
    [
        ("github.com/org/repo//p/q?ref=v1", "github.com/org/repo", "p/q", "v1"),
        ("github.com/org/repo/p/q", "github.com/org/repo", "p/q", ""),
        ("https://github.com/org/repo", "https://github.com/org/repo", "", ""),
        ("https://host/org/repo/p?version=v2", "https://host/org/repo", "p", "v2"),
        ("https://host/a/b/c.git//p", "https://host/a/b/c.git", "p", ""),
        ("https://host/a/b/c.git/p", "https://host/a/b/c.git", "p", ""),
        ("https://host/a/b/c//p?ref=x&timeout=9s", "https://host/a/b/c", "p", "x"),
        ("git@host:org/repo.git//p", "git@host:org/repo.git", "p", ""),
        ("git@host:org/repo/p", "git@host:org/repo", "p", ""),
        ("ssh://git@host:22/org/repo.git//p", "ssh://host:22/org/repo.git", "p", ""),
        ("git::https://host/org/repo//p", "https://host/org/repo", "p", ""),
        ("gh:org/repo//p", "github.com/org/repo", "p", ""),
        ("https://host/o/p/_git/r//q", "https://host/o/p/_git/r", "q", ""),
        ("https://user:secret@host/org/repo//p", "https://host/org/repo", "p", ""),
    ],
)
def test_an_address_names_a_repository_a_path_and_a_revision(
    address: str, repository: str, path: str, revision: str
) -> None:
    found = RemoteBase.parse(address)

    assert normalise(found.repository) == normalise(repository)
    assert (found.path, found.revision) == (path, revision)
    assert "secret" not in found.repository


@pytest.fixture
def mounted(tmp_path: Path) -> MountedCheckout:
    """Return a checkout of main in which that of apps is mounted."""
    for name in ("main", "apps"):
        (tmp_path / name / "web").mkdir(parents=True)
        (tmp_path / name / "web" / "d.yaml").write_text(name)
    (tmp_path / "apps" / "link").symlink_to("web")
    (tmp_path / "apps" / "out").symlink_to(tmp_path / "main")
    apps = Checkout(tmp_path / "apps", revision="2" * 40, name="apps")
    mount = Mount(
        path=f"{FOLDER}/apps",
        checkout=apps,
        addresses=frozenset({"host/org/apps"}),
        holds=lambda revision: revision in {"", "main"},
    )
    home = Checkout(tmp_path / "main", revision="1" * 40)
    return MountedCheckout.with_others(home, (mount,))


def test_each_path_is_read_in_the_checkout_that_it_lies_in(mounted: MountedCheckout) -> None:
    inside = f"{FOLDER}/apps/web/d.yaml"

    assert mounted.read_text("web/d.yaml") == "main"
    assert mounted.read_text(inside) == "apps"
    assert mounted.relative(mounted.resolve(f"{FOLDER}/apps/link/d.yaml")) == inside
    assert mounted.is_link(f"{FOLDER}/apps/link")
    assert str(mounted.place(Source.ARGOCD, inside, 3)) == f"apps:web/d.yaml:3 @ {'2' * 12}"
    assert str(mounted.place(Source.ARGOCD, "web/d.yaml", 3)) == f"web/d.yaml:3 @ {'1' * 12}"


@pytest.mark.parametrize("path", ["out/web/d.yaml", "../main/web/d.yaml", ".git/config"])
def test_no_path_leads_out_of_a_mount(mounted: MountedCheckout, path: str) -> None:
    with pytest.raises(ReadError):
        mounted.read_text(f"{FOLDER}/apps/{path}")


def test_what_lies_in_another_checkout_is_not_shared(mounted: MountedCheckout) -> None:
    assert mounted.shares(f"{FOLDER}/apps/web", f"{FOLDER}/apps/other")
    assert not mounted.shares(f"{FOLDER}/apps/web", "web")
    assert not mounted.shares("web", f"{FOLDER}/apps/web")
    assert not mounted.shares("web", "../x")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://host/org/apps.git//web?ref=main", (f"{FOLDER}/apps/web", True)),
        ("https://host/org/apps.git//web?ref=v2", (f"{FOLDER}/apps/web", False)),
        ("https://host/org/other//web", ("", False)),
    ],
)
def test_an_address_is_located_by_its_repository(
    mounted: MountedCheckout, address: str, expected: tuple[str, bool]
) -> None:
    assert mounted.located(address) == expected
