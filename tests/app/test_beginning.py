"""The first settings: whatever names there are, they are valid, say why, and accept nothing."""

from functools import partial
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.app.beginning.hints import Group, Guess, Hints, hints
from exporter.app.beginning.settings import Beginning, chart_values, conformance_yaml
from exporter.declared.survey.found import Found, Remote, Survey, Terraform
from exporter.settings.load import parse

load_yaml = partial(yaml.load, Loader=yaml.CSafeLoader)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
FOUND = st.lists(st.builds(Found, TEXTS, TEXTS), max_size=2).map(tuple)
GUESSES = st.builds(Guess, TEXTS, TEXTS)
SURVEYS = st.builds(
    Survey,
    terraform=st.lists(
        st.builds(
            Terraform,
            path=TEXTS,
            why=TEXTS,
            node_name=TEXTS,
            node_name_why=TEXTS,
            tags=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=2, unique_by=lambda one: one[0]),
        ),
        max_size=2,
    ).map(tuple),
    inventories=FOUND,
    playbooks=FOUND,
    machines=FOUND,
    argocd=FOUND,
    kustomizations=FOUND,
    stacks=FOUND,
    charts=FOUND,
    unread=FOUND,
    remotes=st.lists(st.builds(Remote, TEXTS, st.just(1), st.booleans()), max_size=1).map(tuple),
)
HINTS = st.builds(
    Hints,
    nodes=st.just({}),
    servers=st.dictionaries(st.sampled_from(["prometheus", "grafana"]), GUESSES),
    groups=st.lists(st.builds(Group, name=TEXTS, label=TEXTS, count=st.just(2)), max_size=2).map(
        tuple
    ),
    taints=st.lists(GUESSES, max_size=1).map(tuple),
    argocd=st.lists(GUESSES, max_size=1).map(tuple),
)
BEGINNINGS = st.builds(
    Beginning,
    path=TEXTS,
    remote=st.just(""),
    reference=TEXTS,
    survey=SURVEYS,
    hints=HINTS,
    snapshot=st.just("dump"),
    unobserved=TEXTS,
)


@given(begun=BEGINNINGS)
@settings(max_examples=15)
def test_whatever_is_found_is_said_and_nothing_else(begun: Beginning) -> None:
    written = load_yaml(conformance_yaml(begun))
    values = load_yaml(chart_values(begun))

    declared, survey = written["declared"], begun.survey
    assert written["repository"]["path"] == begun.path
    assert [one["path"] for one in declared.get("terraform", [])] == [
        one.path for one in survey.terraform
    ]
    assert declared.get("argocd", []) == [one.path for one in survey.argocd]
    assert written.keys() <= {"repository", "declared", "nodes", "observed"}
    assert values["settings"]["declared"] == declared
    assert "complete" not in str(written)


@given(begun=BEGINNINGS)
@settings(max_examples=10)
def test_every_guess_asks_to_be_checked(begun: Beginning) -> None:
    lines = conformance_yaml(begun).splitlines()

    guesses = [line for line in lines if line.startswith("    - ") and "#" in line]
    assert all(line.endswith("check this") for line in guesses)


def test_what_is_written_is_valid() -> None:
    survey = Survey(argocd=(Found("apps", "2 Applications"),))
    begun = Beginning(
        path=".", remote="", reference="", survey=survey, hints=hints(None), snapshot="dump"
    )

    loaded = parse(conformance_yaml(begun), name="conformance.yaml", folder=Path())

    assert loaded.settings.waivers == ()
    assert loaded.settings.declared.argocd == ("apps",)


@pytest.mark.parametrize(
    ("remotes", "url"),
    [
        pytest.param((), "git@git.example.org:a.git", id="as Git has it"),
        pytest.param(
            (Remote("https://git.example.org/other.git", 9, here=False),),
            "git@git.example.org:a.git",
            id="others are others",
        ),
        pytest.param(
            (Remote("ssh://git@git.example.org/a", 2, here=True),),
            "ssh://git@git.example.org/a",
            id="as Applications have it",
        ),
    ],
)
def test_the_repository_goes_by_the_name_that_applications_have_for_it(
    remotes: tuple[Remote, ...], url: str
) -> None:
    begun = Beginning(
        path=".",
        remote="git@git.example.org:a.git",
        reference="main",
        survey=Survey(remotes=remotes),
        hints=hints(None),
    )

    assert load_yaml(conformance_yaml(begun))["repository"]["url"] == url
