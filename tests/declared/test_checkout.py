import os
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.declared import checkout as module
from exporter.declared.checkout import Checkout
from exporter.domain.errors import ReadError, Reason
from exporter.domain.provenance import Place, Source

Lay = Callable[..., Checkout]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Make empty files in a repository, beside which a secret lies."""

    def write(*names: str) -> Checkout:
        root = tmp_path / "repository"
        root.mkdir()
        (tmp_path / "secret.yaml").write_text("password: hidden\n")
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("a: 1\n")
        return Checkout.at(root, revision="4f1c")

    return write


def test_the_link_that_git_sync_swaps_is_resolved_once(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "current").symlink_to("one")

    checkout = Checkout.at(tmp_path / "current")
    (tmp_path / "current").unlink()
    (tmp_path / "current").symlink_to("two")

    assert checkout.root == tmp_path / "one"


def test_what_is_no_directory_is_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="is no directory"):
        Checkout.at(tmp_path / "nowhere")


@pytest.mark.parametrize("path", ["../secret.yaml", "link.yaml", "a/../../secret.yaml"])
def test_nothing_outside_is_read(lay: Lay, path: str) -> None:
    checkout = lay("a/a.yaml")
    (checkout.root / "link.yaml").symlink_to("../secret.yaml")

    with pytest.raises(ReadError, match="leads out of the repository") as caught:
        checkout.read_text(path)

    assert caught.value.reason is Reason.OUTSIDE
    assert not checkout.is_file(path)


def test_an_absolute_path_is_outside(lay: Lay) -> None:
    assert not lay().is_dir("/etc")


def test_a_link_inside_is_followed(lay: Lay) -> None:
    checkout = lay("a/a.yaml")
    (checkout.root / "link").symlink_to("a")

    assert checkout.is_dir("link")
    assert checkout.relative(checkout.resolve("link/a.yaml")) == "a/a.yaml"
    assert checkout.relative(checkout.resolve(".")) == ""


@pytest.mark.parametrize("path", ["a\0b", "x" * 300, "loop"])
def test_a_path_that_no_file_can_have_is_neither_file_nor_directory(lay: Lay, path: str) -> None:
    checkout = lay()
    (checkout.root / "loop").symlink_to("loop")

    assert not checkout.is_file(path)
    assert not checkout.is_dir(path)
    with pytest.raises(ReadError):
        checkout.read_bytes(path)
    with pytest.raises(ReadError):
        checkout.files(path, suffixes=(".yaml",))


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(lambda checkout: checkout.files(suffixes=(".yaml",)), id="files"),
        pytest.param(lambda checkout: checkout.match("apps/*"), id="match"),
        pytest.param(lambda checkout: checkout.read_text("apps/\udcff/a.yaml"), id="read"),
    ],
)
def test_a_name_that_is_not_utf8_is_an_error_and_not_passed_over(
    lay: Lay, look: Callable[[Checkout], object]
) -> None:
    checkout = lay("apps/b.yaml", "apps/\udcff/a.yaml")

    with pytest.raises(ReadError, match="is a name that is not UTF-8") as caught:
        look(checkout)

    assert caught.value.path.startswith("apps/\\udcff")
    assert caught.value.reason is Reason.MALFORMED


def test_a_name_that_is_not_utf8_is_no_concern_where_nobody_asks_for_it(lay: Lay) -> None:
    checkout = lay("apps/b.yaml", "docs/\udcff.txt")

    assert checkout.files(suffixes=(".yaml",)) == ["apps/b.yaml"]
    assert checkout.match("*") == ["apps", "docs"]


def test_yaml_errors_tell_the_file_and_the_line(lay: Lay) -> None:
    checkout = lay("a.yaml")
    (checkout.root / "a.yaml").write_text("a: 1\nb: c: d\n")

    with pytest.raises(ReadError) as caught:
        checkout.read_yaml("a.yaml")

    assert (caught.value.path, caught.value.line) == ("a.yaml", 2)


def test_files_are_found_by_their_suffixes_but_not_hidden_ones_and_links(lay: Lay) -> None:
    checkout = lay("a/b/c.yaml", "a/d.yml", "a/e.txt", "a/.hidden/f.yaml", ".git/g.yaml")
    (checkout.root / "a" / "link.yaml").symlink_to("d.yml")

    assert checkout.files("a", suffixes=(".yaml", ".yml")) == ["a/b/c.yaml", "a/d.yml"]
    assert checkout.files(suffixes=(".yaml",)) == ["a/b/c.yaml"]


def test_a_file_is_its_own_only_file(lay: Lay) -> None:
    assert lay("a.txt").files("a.txt", suffixes=(".yaml",)) == ["a.txt"]


def test_a_missing_directory_is_an_error(lay: Lay) -> None:
    with pytest.raises(ReadError, match="does not exist"):
        lay().files("nowhere", suffixes=(".yaml",))


def test_too_many_files_are_an_error(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 2)
    checkout = lay("a.yaml", "b.yaml", "c.yaml")

    with pytest.raises(ReadError, match="holds more than 2 files"):
        checkout.files(suffixes=(".yaml",))
    with pytest.raises(ReadError, match="matches more than 2 paths"):
        checkout.match("*.yaml")


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        pytest.param("apps/*", ["apps/a", "apps/b", "apps/x.yaml"], id="star"),
        pytest.param("apps/[ab]", ["apps/a", "apps/b"], id="brackets"),
        pytest.param("*/b/*.yaml", ["apps/b/b.yaml"], id="in-the-middle"),
        pytest.param("**/b", ["apps/b"], id="any-depth"),
        pytest.param("**/**/b", ["apps/b"], id="any-depth-twice"),
        pytest.param("apps/**", ["apps", "apps/a", "apps/b"], id="directories"),
        pytest.param("*/./b//*", ["apps/b/b.yaml"], id="needless-parts"),
        pytest.param("*", ["apps"], id="no-hidden"),
        pytest.param(".argo/*", [".argo/d.yaml"], id="hidden-by-name"),
        pytest.param("nothing/*", [], id="nothing"),
        pytest.param("apps/a/", ["apps/a"], id="as-it-is"),
        pytest.param("nowhere", ["nowhere"], id="as-it-is-even-if-missing"),
    ],
)
def test_a_pattern_names_paths(lay: Lay, pattern: str, paths: list[str]) -> None:
    checkout = lay("apps/a/a.yaml", "apps/b/b.yaml", "apps/x.yaml", ".argo/d.yaml")

    assert checkout.match(pattern) == paths


def test_a_pattern_does_not_follow_a_link_out(lay: Lay) -> None:
    checkout = lay("apps/a.yaml")
    (checkout.root / "apps" / "out").symlink_to("../..")

    assert checkout.match("apps/*") == ["apps/a.yaml"]
    assert checkout.match("apps/*/*.yaml") == []


@pytest.mark.parametrize("pattern", ["/etc/*", "../*", "a/../../*"])
def test_a_pattern_that_leads_out_is_an_error(lay: Lay, pattern: str) -> None:
    with pytest.raises(ReadError, match="leads out of the repository"):
        lay().match(pattern)


def test_a_pattern_that_is_none_is_an_error(lay: Lay) -> None:
    with pytest.raises(ReadError) as caught:
        lay().match("a**b/*")

    assert caught.value.reason is Reason.MALFORMED


def test_a_directory_that_cannot_be_listed_is_an_error_and_not_empty(lay: Lay) -> None:
    checkout = lay("a.yaml")
    folder = os.open(checkout.root, os.O_RDONLY)
    for _ in range(20):  # deeper than a path can be long
        os.mkdir("d" * 250, dir_fd=folder)
        folder, above = os.open("d" * 250, os.O_RDONLY, dir_fd=folder), folder
        os.close(above)
    os.close(folder)

    with pytest.raises(ReadError, match="cannot be listed: File name too long"):
        checkout.files(suffixes=(".yaml",))
    with pytest.raises(ReadError, match="File name too long"):
        checkout.match("**/*.yaml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_closed_directory_is_an_error(lay: Lay) -> None:
    checkout = lay("a/b/c.yaml")
    (checkout.root / "a").chmod(0)

    with pytest.raises(ReadError):
        checkout.read_text("a/b/c.yaml")
    with pytest.raises(ReadError, match="cannot be listed"):
        checkout.files(suffixes=(".yaml",))
    with pytest.raises(ReadError, match="cannot be listed"):
        checkout.match("*/*/c.yaml")


def test_provenance_carries_the_revision(lay: Lay) -> None:
    checkout = lay()
    error = ReadError("is wrong", reason=Reason.MALFORMED, line=3, advice="mend it")

    failure = checkout.failure(Source.ARGOCD, error, path="a.yaml", part="a")

    assert failure.place == Place(Source.ARGOCD, "a.yaml", 3, "4f1c")
    assert (failure.message, failure.advice, failure.part) == ("is wrong", "mend it", "a")


@pytest.mark.parametrize(
    "path", [".git/config", "a/../.git/config", "link", "sub/.git/HEAD", ".GIT/config"]
)
def test_what_git_keeps_is_not_read(lay: Lay, path: str) -> None:
    checkout = lay(".git/config", "sub/.git/HEAD", "a/b")
    (checkout.root / "link").symlink_to(".git/config")

    with pytest.raises(ReadError) as caught:
        checkout.read_text(path)

    assert caught.value.reason is Reason.OUTSIDE


class Swapped(Checkout):
    """One whose directories become links once a file of theirs was resolved: ``git pull``."""

    def resolve(self, path: str) -> Path:
        real = super().resolve(path)
        folder = self.root / path.partition("/")[0]
        folder.rename(self.root / "before")
        folder.symlink_to(TARGETS[path])
        return real


TARGETS = {"out/secret.yaml": "..", "git/config": ".git", "within/a.yaml": "before"}


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux tells what is open")
@pytest.mark.parametrize("path", ["out/secret.yaml", "git/config"])
def test_a_link_that_comes_after_a_path_was_resolved_leads_nowhere(lay: Lay, path: str) -> None:
    checkout = Swapped(lay(path, ".git/config").root)

    with pytest.raises(ReadError) as caught:
        checkout.read_bytes(path)

    assert caught.value.reason is Reason.OUTSIDE


def test_one_that_stays_within_is_followed(lay: Lay) -> None:
    checkout = Swapped(lay("within/a.yaml").root)

    assert checkout.read_bytes("within/a.yaml") == b"a: 1\n"
