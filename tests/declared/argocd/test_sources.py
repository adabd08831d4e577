from collections.abc import Awaitable, Callable

import pytest

from exporter.declared.argocd.reader import Followed

Follow = Callable[..., Awaitable[Followed]]
URL = "https://git.example.org/platform/gitops.git"


def repository(options: str, **files: str) -> dict[str, str]:
    root = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: a}}
spec: {{source: {{repoURL: {URL}, path: apps{options}}}}}
"""
    return {"root.yaml": root, **{f"apps/{name}": text for name, text in files.items()}}


def deployment(name: str) -> str:
    return f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{}}\n"


TREE = {
    "a.yaml": deployment("a"),
    "b.yml": deployment("b"),
    "deep/c.yaml": deployment("c"),
    "deep/broken.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ x }}}\n",
}


@pytest.mark.parametrize(
    ("options", "expected", "failures"),
    [
        pytest.param("", ["a", "b"], 0, id="flat"),
        pytest.param(", directory: {recurse: true}", ["a", "b", "c"], 1, id="recurse"),
        pytest.param(", directory: {include: '*.yml'}", ["b"], 0, id="include"),
        pytest.param(", directory: {exclude: '{a,x}.*'}", ["b"], 0, id="exclude"),
        pytest.param(
            ", directory: {recurse: true, exclude: '*broken*'}", ["a", "b", "c"], 0, id="both"
        ),
        pytest.param(", directory: {recurse: true, include: 'deep/c*'}", ["c"], 0, id="path"),
    ],
)
async def test_a_directory_gives_the_files_that_it_is_told_to(
    follow: Follow, options: str, expected: list[str], failures: int
) -> None:
    followed = await follow(repository(options, **TREE), "root.yaml")

    assert [one.key.name for one in followed.reading.workloads] == expected
    assert len(followed.reading.failures) == failures


@pytest.mark.parametrize(
    ("options", "files", "message"),
    [
        pytest.param("", {"a.jsonnet": "{}"}, "jsonnet", id="jsonnet"),
        pytest.param(
            ", directory: {recurse: true}",
            {"kustomization.yaml": "resources: []"},
            "plain directory",
            id="directory-of-a-kustomization",
        ),
    ],
)
async def test_a_source_that_is_rendered_otherwise_is_unresolved(
    follow: Follow, options: str, files: dict[str, str], message: str
) -> None:
    followed = await follow(repository(options, **files), "root.yaml")

    assert [message in one.message for one in followed.reading.unresolved] == [True]
    assert followed.reading.workloads == ()


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(", directory: []", id="shape"),
        pytest.param(", directory: {recurse: 'yes'}", id="flag"),
        pytest.param(", directory: {include: 3}", id="include"),
    ],
)
async def test_malformed_options_are_a_failure_of_the_application(
    follow: Follow, options: str
) -> None:
    followed = await follow(repository(options, **{"a.yaml": deployment("a")}), "root.yaml")

    assert [one.part for one in followed.reading.failures] == ["argocd/a"]
