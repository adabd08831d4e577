import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.images import ImageReference, Mirror, parse_image, same_image

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("nginx", ImageReference("docker.io/library/nginx"), id="official"),
        pytest.param("nginx:1", ImageReference("docker.io/library/nginx", "1"), id="tag"),
        pytest.param("team/app:1", ImageReference("docker.io/team/app", "1"), id="hub"),
        pytest.param("docker.io/nginx", ImageReference("docker.io/library/nginx"), id="host"),
        pytest.param("index.docker.io/a/b", ImageReference("docker.io/a/b"), id="alias"),
        pytest.param("localhost/a", ImageReference("localhost/a"), id="localhost"),
        pytest.param("host:5000/a:1", ImageReference("host:5000/a", "1"), id="port"),
        pytest.param("[::1]:5000/a", ImageReference("[::1]:5000/a"), id="address"),
        pytest.param(f"quay.io/a/b@{A}", ImageReference("quay.io/a/b", "", A), id="digest"),
        pytest.param(f"quay.io/a/b:1@{A}", ImageReference("quay.io/a/b", "1", A), id="both"),
        pytest.param("", None, id="empty"),
        pytest.param("Nginx", None, id="capital"),
        pytest.param("a b", None, id="space"),
        pytest.param("a:", None, id="no tag"),
        pytest.param("a@sha256:1", None, id="short digest"),
    ],
)
def test_a_reference_is_taken_apart_as_container_runtimes_do(
    text: str, expected: ImageReference | None
) -> None:
    assert parse_image(text) == expected


@pytest.mark.parametrize(
    ("declared", "observed", "same"),
    [
        pytest.param("a.io/b:1", "a.io/b:1", True, id="equal"),
        pytest.param("nginx:1", "docker.io/library/nginx:1", True, id="defaults"),
        pytest.param("nginx", "nginx:latest", True, id="latest"),
        pytest.param("a.io/b:1", f"a.io/b:1@{A}", True, id="tag by a digest"),
        pytest.param("a.io/b:1", f"a.io/b:2@{A}", False, id="another tag by a digest"),
        pytest.param("a.io/b:1", f"a.io/b@{A}", False, id="digest without the tag"),
        pytest.param(f"a.io/b@{A}", f"a.io/b@{A}", True, id="digest"),
        pytest.param(f"a.io/b@{A}", f"a.io/b:1@{A}", True, id="digest beside a tag"),
        pytest.param(f"a.io/b:1@{A}", f"a.io/b@{A}", True, id="digest alone"),
        pytest.param(f"a.io/b:1@{A}", f"a.io/b:2@{A}", False, id="digest beside another tag"),
        pytest.param(f"a.io/b@{A}", f"a.io/b@{B}", False, id="another digest"),
        pytest.param(f"a.io/b:1@{A}", "a.io/b:1", False, id="a digest must run"),
        pytest.param("a.io/b:1", "a.io/b:2", False, id="another tag"),
        pytest.param("a.io/b:1", "b.io/b:1", False, id="another registry"),
        pytest.param("a.io/b:1", "a.io/c:1", False, id="another repository"),
        pytest.param("{{ x }}", "a.io/c:1", False, id="no reference"),
    ],
)
def test_images_are_compared_by_what_they_name(declared: str, observed: str, same: bool) -> None:  # noqa: FBT001 - a case
    assert same_image(declared, observed) is same


HUB = Mirror(of="docker.io", to="registry.example.org/hub")
TEAM = Mirror(of="quay.io/team", to="registry.example.org/team")


@pytest.mark.parametrize(
    ("declared", "observed", "same"),
    [
        pytest.param("nginx:1", "registry.example.org/hub/library/nginx:1", True, id="library"),
        pytest.param("nginx:1", "registry.example.org/hub/nginx:1", True, id="without library"),
        pytest.param("a/b:1", f"registry.example.org/hub/a/b:1@{A}", True, id="by a digest"),
        pytest.param("a/b:1", "registry.example.org/hub/a/b:2", False, id="another tag"),
        pytest.param("a/b:1", "registry.example.org/hub/a/c:1", False, id="another repository"),
        pytest.param("a/b:1", "registry.example.org/hubs/a/b:1", False, id="beside the mirror"),
        pytest.param("a/b:1", "registry.example.org/a/b:1", False, id="above the mirror"),
        pytest.param(f"a/b@{A}", f"registry.example.org/hub/a/b@{B}", False, id="another digest"),
        pytest.param("quay.io/team/x", "registry.example.org/team/x", True, id="below a registry"),
        pytest.param("quay.io/x", "registry.example.org/team/x", False, id="beside it"),
        pytest.param("registry.example.org/hub/a/b:1", "a/b:1", False, id="from where it comes"),
    ],
)
def test_an_image_may_run_from_a_mirror_of_its_registry(
    declared: str,
    observed: str,
    same: bool,  # noqa: FBT001 - a case
) -> None:
    assert same_image(declared, observed, mirrors=(HUB, TEAM)) is same
    assert same_image(declared, observed) is False


@given(st.text(alphabet="ab.:/@-_A1", max_size=30))
def test_every_text_is_the_image_that_it_is(text: str) -> None:
    assert same_image(text, text)
