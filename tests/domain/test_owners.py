"""Who owns a finding: the settings say it, else the code, else what the finding is about."""

from dataclasses import replace

import pytest

from exporter.domain.applications import DeclaredApplications, Repository
from exporter.domain.codeowners import parse_code_owners
from exporter.domain.declaration import (
    ApplicationKey,
    DeclaredApplication,
    DeclaredWorkload,
    WorkloadKey,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.owners import OwnerRule, Owners
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.workloads import DeclaredWorkloads

PLACE = Place(Source.ARGOCD, "apps/shop.yaml", 3)
APPLICATION = DeclaredApplication(key=ApplicationKey("argocd", "shop"), place=PLACE)
WORKLOAD = DeclaredWorkload(
    key=WorkloadKey("shop", "Deployment", "web"),
    manifest={"metadata": {"labels": {"team": "of-the-workload"}}},
    place=PLACE,
    application=APPLICATION.key,
)
FINDING = Finding(
    check="workload_ready",
    subject=Subject("Deployment", "shop", "web"),
    verdict=Verdict.FAIL,
    provenance=(PLACE,),
)


def owner(
    *rules: OwnerRule,
    finding: Finding = FINDING,
    code_owners: str = "",
    application: DeclaredApplication = APPLICATION,
    workload: DeclaredWorkload = WORKLOAD,
    labels: tuple[str, ...] = ("owner", "team"),
) -> str:
    known = (
        Repository(owners={"": parse_code_owners(code_owners)}),
        DeclaredApplications({application.key: application}),
        DeclaredWorkloads({workload.key: workload}),
    )
    facts = Facts({type(fact): fact for fact in known})
    return Owners(rules, labels, facts).of(finding, "applications")


def test_the_first_rule_that_matches_counts_before_all_else() -> None:
    rules = (
        OwnerRule(match={"namespace": "other"}, owner="no"),
        OwnerRule(match={"namespace": "sh*", "kind": "Deployment"}, owner="yes"),
        OwnerRule(match={}, owner="later"),
    )

    assert owner(*rules, code_owners="* @code\n") == "yes"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("check", "workload_ready"),
        ("layer", "applications"),
        ("kind", "Deployment"),
        ("namespace", "shop"),
        ("name", "web"),
        ("application", "shop"),
    ],
)
def test_a_rule_may_go_by_each_name(key: str, value: str) -> None:
    assert owner(OwnerRule(match={key: value}, owner="me")) == "me"
    assert owner(OwnerRule(match={key: f"{value}-not"}, owner="me")) != "me"


def test_the_owner_of_the_file_that_declares_it_counts_next() -> None:
    project = replace(APPLICATION, project="team-project")

    assert owner(code_owners="/apps/ @a @b\n", application=project) == "@a @b"
    assert owner(code_owners="/other/ @a\n", application=project) == "team-project"


def test_the_default_project_is_nobody() -> None:
    assert owner() == "of-the-workload"


def test_the_first_label_counts_of_the_workload_or_its_application() -> None:
    labelled = replace(APPLICATION, labels={"owner": Located("of-the-application", PLACE)})

    assert owner(application=labelled) == "of-the-application"
    assert owner(application=labelled, labels=("team", "owner")) == "of-the-workload"
    assert owner(labels=()) == ""


def test_sources_of_an_application_are_its_own() -> None:
    project = replace(APPLICATION, project="team-project")
    source = Finding(
        check="declaration_compared",
        subject=Subject("Source", "argocd", "shop/0"),
        verdict=Verdict.UNKNOWN,
    )

    assert owner(finding=source, application=project) == "team-project"


def test_a_foreign_owner_is_a_short_line() -> None:
    many = " ".join(f"@somebody-{number}" for number in range(1_000))

    found = owner(code_owners=f"* {many}")

    assert many.startswith(found)
    assert 100 < len(found) <= 120


def test_places_of_a_further_repository_go_by_its_own_file() -> None:
    repository = Repository(
        owners={"": parse_code_owners("* @home\n"), "apps": parse_code_owners("/a/ @apps\n")}
    )

    assert repository.owners_of("x/y") == ("@home",)
    assert repository.owners_of("apps:a/b") == ("@apps",)
    assert repository.owners_of("apps:z") == ()
    assert repository.owners_of("odd:name") == ("@home",)
