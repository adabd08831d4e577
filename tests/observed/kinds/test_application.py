from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from exporter.domain.applications import Condition, ObservedApplication, Operation, Overrides
from exporter.domain.declaration import ApplicationKey, ApplicationSource, Automation
from exporter.domain.errors import ParseError
from exporter.observed.kinds.application import ApplicationRecord, observed_application


def application(**content: Any) -> ObservedApplication:
    metadata = {"name": "ecoeco-api-auth", "namespace": "argocd", **content.pop("metadata", {})}
    return observed_application(
        msgspec.convert({"metadata": metadata, "spec": {}, **content}, ApplicationRecord)
    )


def test_an_application_shows_all_that_checks_compare() -> None:
    seen = application(
        metadata={
            "labels": {"tier": "api"},
            "deletionTimestamp": "2025-11-12T05:00:00Z",
            "ownerReferences": [{"kind": "ApplicationSet", "name": "apis", "controller": True}],
        },
        spec={
            "source": {"repoURL": "https://git.example/iac", "path": "k8s/auth"},
            "destination": {"namespace": "api"},
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}},
        },
        status={
            "sync": {"status": "Synced", "revision": "4f2c"},
            "health": {
                "status": "Degraded",
                "message": "no image",
                "lastTransitionTime": "2025-11-12T04:00:00Z",
            },
            "operationState": {
                "phase": "Running",
                "startedAt": "2025-11-12T05:10:00Z",
                "message": "waiting for a hook",
                "syncResult": {"revision": "4f2c"},
            },
            "reconciledAt": "2025-11-12T14:30:00+09:00",
            "controllerNamespace": "argocd-system",
            "conditions": [{"type": "SyncError", "message": "denied"}],
            "resources": [
                {"kind": "Service", "name": "auth", "namespace": "api"},
                {
                    "kind": "Deployment",
                    "name": "auth-api",
                    "namespace": "api",
                    "health": {"status": "Degraded"},
                },
                {"kind": "Pod", "name": "x", "namespace": "api", "health": {"status": "Healthy"}},
                {"kind": "ClusterRole", "name": "auth", "health": {"status": "Missing"}},
            ],
        },
    )

    assert seen == ObservedApplication(
        key=ApplicationKey("argocd", "ecoeco-api-auth"),
        sources=(ApplicationSource(repository="https://git.example/iac", path="k8s/auth"),),
        labels={"tier": "api"},
        sync="Synced",
        health="Degraded",
        health_message="no image",
        health_since=datetime(2025, 11, 12, 4, tzinfo=UTC),
        revisions=("4f2c",),
        automation=Automation(prune=True, self_heal=True),
        operation=Operation(
            phase="Running",
            started=datetime(2025, 11, 12, 5, 10, tzinfo=UTC),
            message="waiting for a hook",
            revisions=("4f2c",),
        ),
        reconciled=datetime(2025, 11, 12, 5, 30, tzinfo=UTC),
        application_set="apis",
        deleting=True,
        controller_namespace="argocd-system",
        conditions=(Condition("SyncError", "denied"),),
        ailing=("ClusterRole auth: Missing", "Deployment api/auth-api: Degraded"),
        destination_namespace="api",
    )


def test_an_application_that_argo_cd_has_not_looked_at_says_nothing() -> None:
    seen = application(status=None)

    assert seen == ObservedApplication(key=ApplicationKey("argocd", "ecoeco-api-auth"))


def test_several_sources_have_a_revision_each_and_hide_the_single_one() -> None:
    seen = application(
        spec={
            "source": {"repoURL": "ignored"},
            "sources": [
                {"repoURL": "charts", "chart": "redis", "targetRevision": "1.2.3"},
                {"repoURL": "iac", "ref": "values", "targetRevision": ""},
            ],
        },
        status={"sync": {"revision": "ignored", "revisions": ["1.2.3", "4f2c"]}},
    )

    assert seen.sources == (
        ApplicationSource(repository="charts", chart="redis", revision="1.2.3"),
        ApplicationSource(repository="iac", reference="values", revision="HEAD"),
    )
    assert seen.revisions == ("1.2.3", "4f2c")


@pytest.mark.parametrize(
    ("automated", "automation"),
    [
        pytest.param({}, Automation(), id="on"),
        pytest.param({"enabled": True, "prune": True}, Automation(prune=True), id="switched on"),
        pytest.param({"enabled": False, "prune": True}, None, id="switched off"),
        pytest.param(None, None, id="absent"),
    ],
)
def test_automation_is_on_where_it_stands_unless_it_says_no(
    automated: dict[str, bool] | None, automation: Automation | None
) -> None:
    assert application(spec={"syncPolicy": {"automated": automated}}).automation == automation


@pytest.mark.parametrize(
    ("phase", "running"), [("Running", True), ("Terminating", True), ("Failed", False)]
)
def test_a_sync_runs_until_it_ended(phase: str, running: bool) -> None:  # noqa: FBT001 - a column
    assert application(status={"operationState": {"phase": phase}}).operation.is_running is running


def test_an_application_without_a_spec_is_an_error() -> None:
    with pytest.raises(ParseError, match="has no spec"):
        application(spec=None)


@pytest.mark.parametrize(
    "status",
    [
        pytest.param({"health": {"lastTransitionTime": "yesterday"}}, id="health"),
        pytest.param({"operationState": {"startedAt": "yesterday"}}, id="operation"),
    ],
)
def test_a_time_that_could_excuse_and_is_none_is_an_error(status: dict[str, Any]) -> None:
    with pytest.raises(ParseError, match="is no instant"):
        application(status=status)


def test_a_time_by_which_nothing_is_judged_may_be_anything() -> None:
    assert application(status={"reconciledAt": "yesterday"}).reconciled is None


def test_a_resource_of_which_little_is_said_is_named_by_that() -> None:
    resources = [{}, {"health": {"status": "Degraded"}}]

    assert application(status={"resources": resources}).ailing == ("object : Degraded",)


def test_overrides_of_images_are_those_of_each_source() -> None:
    sources = [
        {"repoURL": "x", "kustomize": {"images": ["a=b:1"]}},
        {"repoURL": "x", "helm": {"parameters": [{"name": "image.tag", "value": "2"}, {}]}},
        {"repoURL": "x"},
    ]

    found = application(spec={"sources": sources})

    assert found.overrides == (
        Overrides(images=("a=b:1",)),
        Overrides(parameters=(("image.tag", "2"), ("", ""))),
        Overrides(),
    )


def test_an_application_without_overrides_has_none() -> None:
    assert application(spec={"source": {"repoURL": "x", "kustomize": {}}}).overrides == ()


def test_only_secrets_that_are_synced_are_there() -> None:
    secret = {"kind": "Secret", "namespace": "shop", "name": "a", "status": "Synced"}
    resources = [
        secret,
        secret | {"name": "b", "status": "OutOfSync"},
        secret | {"name": "c", "status": None},
        secret | {"name": "d", "group": "example.org"},
        secret | {"name": "e", "kind": "ConfigMap"},
    ]

    assert application(status={"resources": resources}).secrets == (("shop", "a"),)


def test_secrets_whose_health_is_missing_are_missing() -> None:
    secret = {"kind": "Secret", "namespace": "shop", "name": "a", "status": "OutOfSync"}
    resources = [
        secret | {"health": {"status": "Missing"}},
        secret | {"name": "b", "health": {"status": "Degraded"}},
        secret | {"name": "c"},
        secret | {"name": "d", "kind": "ConfigMap", "health": {"status": "Missing"}},
    ]

    assert application(status={"resources": resources}).missing_secrets == (("shop", "a"),)


def test_the_last_deployments_are_kept_and_when_an_operation_ended() -> None:
    entries = [{"revision": f"{number:040x}", "id": number} for number in range(12)]
    several = {"revisions": ["a" * 40, "b" * 40]}

    seen = application(
        status={
            "history": [*entries, several],
            "operationState": {"phase": "Succeeded", "finishedAt": "2025-11-12T05:10:00Z"},
        }
    )

    assert len(seen.history) == 10
    assert seen.history[-1] == ("a" * 40, "b" * 40)
    assert seen.operation.finished == datetime(2025, 11, 12, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize("history", [None, [], [{}], [{"revision": ""}]])
def test_an_empty_history_is_none(history: Any) -> None:
    assert not any(application(status={"history": history}).history)
