"""CODEOWNERS files say who answers for a file, as GitHub and GitLab read them."""

import pytest

from exporter.domain.codeowners import MAX_RULES, parse_code_owners
from tests.cost import at_most


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        pytest.param("*", "a/b/c.yaml", True, id="everything"),
        pytest.param("*.tf", "terraform/main.tf", True, id="suffix-at-any-depth"),
        pytest.param("*.tf", "terraform/main.tfvars", False, id="other-suffix"),
        pytest.param("/apps/", "apps/shop/a.yaml", True, id="directory-at-the-top"),
        pytest.param("/apps/", "k8s/apps/a.yaml", False, id="directory-elsewhere"),
        pytest.param("apps/", "k8s/apps/a.yaml", True, id="directory-at-any-depth"),
        pytest.param("apps/", "apps", False, id="a-file-is-no-directory"),
        pytest.param("apps/shop", "apps/shop/a.yaml", True, id="below-a-path"),
        pytest.param("apps/shop", "k8s/apps/shop/a.yaml", False, id="a-path-is-from-the-top"),
        pytest.param("docs/*", "docs/a.md", True, id="directly-below"),
        pytest.param("/a/**/z.yaml", "a/b/c/z.yaml", True, id="any-directories-between"),
        pytest.param("/a/**/z.yaml", "a/z.yaml", True, id="no-directory-between"),
        pytest.param("**/shop", "k8s/shop/a.yaml", True, id="any-directories-before"),
        pytest.param("/with\\ space/", "with space/a", True, id="escaped-space"),
        pytest.param("/A", "a", False, id="case"),
    ],
)
def test_a_pattern_names_files(pattern: str, path: str, *, covered: bool) -> None:
    owners = parse_code_owners(f"{pattern} @team\n").of(path)

    assert owners == (("@team",) if covered else ())


def test_the_last_rule_that_names_a_file_counts() -> None:
    owners = parse_code_owners("* @all\n/apps/ @apps @second # both\n/apps/free/\n")

    assert owners.of("README.md") == ("@all",)
    assert owners.of("apps/a.yaml") == ("@apps", "@second")
    assert owners.of("apps/free/a.yaml") == ()


def test_each_section_has_its_say_and_gives_its_rules_owners() -> None:
    text = "* @all\n[Data][2] @db\n/sql/\n^[Docs]\n*.md @writer\n[data]\n/sql/x @other\n"

    owners = parse_code_owners(text)

    assert owners.of("sql/a.md") == ("@writer", "@db", "@all")
    assert owners.of("sql/x") == ("@other", "@all")


@pytest.mark.parametrize("text", ["", "# nothing\n", "\n  \n", "/ @a\n", "\\\n", "[no end\n"])
def test_what_is_no_rule_is_passed_over(text: str) -> None:
    assert parse_code_owners(text).of("a/b") == ()


def test_of_too_many_rules_the_last_count() -> None:
    owners = parse_code_owners("/first @gone\n" + "/x @x\n" * MAX_RULES)

    assert owners.of("first") == ()
    assert owners.of("x") == ("@x",)


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param("/".join(["**", "*a*a*a*a*a*b"] * 40), id="directories"),
        pytest.param("**/*/" * 4 + "b", id="any-depth"),
        pytest.param("a/" * 1_000_000, id="length"),
    ],
)
def test_a_pattern_that_costs_too_much_is_passed_over(rule: str) -> None:
    assert parse_code_owners(f"* @all\n{rule} @a\n").of("/".join(["a"] * 60)) == ("@all",)


def test_rules_made_to_be_slow_are_not() -> None:
    rules = "\n".join(f"**/*a*a*a*{at}/**/*a*a*b @a" for at in range(MAX_RULES))
    path = "/".join(["a" * 60] * 40)
    owners = parse_code_owners(rules)

    with at_most(1_000):
        assert owners.of(path) == ()
