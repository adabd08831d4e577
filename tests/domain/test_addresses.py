import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.addresses import normalise


@pytest.mark.parametrize(
    "address",
    [
        "https://github.test/Org/Repo.git",
        "https://github.test/org/repo/",
        "https://user:secret@GitHub.test/org/repo",
        "https://github.test:443/org/repo.git",
        "ssh://git@github.test:22/org/repo.git",
        "git@github.test:org/repo.git",
        "github.test:org/repo",
        "git@github.test:/org/repo",
        "  https://github.test/org/repo\n",
    ],
)
def test_spellings_of_one_address_are_the_same(address: str) -> None:
    assert normalise(address) == "github.test/org/repo"


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://github.test/org/repo2", id="repository"),
        pytest.param("https://github.test/fork/repo", id="owner"),
        pytest.param("https://gitlab.test/org/repo", id="host"),
        pytest.param("https://github.test:8443/org/repo", id="port"),
    ],
)
def test_other_repositories_are_not(address: str) -> None:
    assert normalise(address) != "github.test/org/repo"


@given(st.text(alphabet="aA/:@.git~- ", max_size=30))
def test_any_text_is_normalised_without_fail(address: str) -> None:
    assert normalise(address) == normalise(address.upper())
