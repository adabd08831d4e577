"""What the folder of a role holds."""

import pytest

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.roles import Role, RoleFinder
from exporter.declared.ansible.variable_files import VariableFiles

from .conftest import Repository


def load(repository: Repository, files: dict[str, str], **options: str) -> Role:
    finder = RoleFinder(VariableFiles(Documents(repository(files))))
    role = finder.find("r", folders=["."])
    assert role is not None
    return finder.load(role, options=options)


def test_variables_may_lie_in_several_files(repository: Repository) -> None:
    role = load(
        repository,
        {"roles/r/defaults/main/a.yml": "x: 1\n", "roles/r/defaults/main/b.yml": "x: 2\n"},
    )

    assert [layer.values for layer in role.defaults] == [{"x": 2}, {"x": 1}]


def test_options_name_other_files(repository: Repository) -> None:
    files = {
        "roles/r/tasks/other.yaml": "[]",
        "roles/r/vars/other.yml": "x: 1\n",
        "roles/r/defaults/main.yml": "y: 1\n",
    }

    role = load(repository, files, tasks_from="other.yaml", vars_from="other")

    assert role.tasks == "roles/r/tasks/other.yaml"
    assert [layer.values for layer in (*role.variables, *role.defaults)] == [{"x": 1}, {"y": 1}]


def test_a_folder_that_is_no_role_is_passed_over(repository: Repository) -> None:
    finder = RoleFinder(VariableFiles(Documents(repository({"roles/r/readme.md": "x"}))))

    assert finder.find("r", folders=["."]) is None


@pytest.mark.parametrize("galaxy", ["[", "- a\n", "name: x\n"])
def test_an_odd_collection_is_not_this_one(galaxy: str, repository: Repository) -> None:
    files = {"galaxy.yml": galaxy, "roles/r/tasks/main.yml": "[]"}
    finder = RoleFinder(VariableFiles(Documents(repository(files))))

    assert finder.find("me.kube.r", folders=["."]) is None


def test_a_broken_file_of_a_role_hides_its_variables_and_nothing_else(
    repository: Repository,
) -> None:
    files = {
        "roles/r/vars/main.yml": "- a\n",
        "roles/r/defaults/main.yml": "x: 1\n",
        "roles/r/tasks/main.yml": "[]",
    }

    role = load(repository, files)

    (variables,) = role.variables
    assert (variables.hides("a"), variables.hides("x")) == (True, False)
    assert [layer.values for layer in role.defaults] == [{"x": 1}]
    assert role.tasks == "roles/r/tasks/main.yml"


def test_a_file_that_only_a_run_would_name_may_be_any_of_its_folder(
    repository: Repository,
) -> None:
    files = {"roles/r/vars/a.yml": "x: 1\n", "roles/r/vars/b.yml": "y: 1\n"}

    role = load(repository, files, vars_from="{{ which }}")

    (variables,) = role.variables
    assert [variables.hides(name) for name in ("x", "y", "z")] == [True, True, False]


def test_broken_dependencies_are_told_from_none(repository: Repository) -> None:
    role = load(repository, {"roles/r/meta/main.yml": "dependencies: [\n"})

    assert role.dependencies == ()
    assert role.broken is not None


def test_dependencies_that_are_no_list_are_none(repository: Repository) -> None:
    assert load(repository, {"roles/r/meta/main.yml": "dependencies: x\n"}).dependencies == ()
