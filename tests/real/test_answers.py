"""The simulated server is worth something only as far as it answers as a real one does."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from exporter.observed.kubernetes.messages import without_managed_fields
from tests.apiserver.rbac import allow
from tests.apiserver.resources import APPLICATIONS
from tests.real.clusters import Answer, Cluster, Real, Simulated
from tests.real.objects import application, node, pod, workload

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
STREAM = "watch=true&sendInitialEvents=true&allowWatchBookmarks=true&timeoutSeconds=2"
TOO_OLD = b"RequestWatchProgress"
WHY_TOO_OLD = "this etcd is too old for streaming lists; 3.5.8 is not"
VIEWER = '"system:serviceaccount:default:viewer"'
MATCH = "resourceVersionMatch=NotOlderThan"

_VOLATILE = {
    *("uid", "resourceVersion", "creationTimestamp", "continue"),
    *("managedFields", "generation"),
}
"""Metadata that differs from run to run."""


_VARIABLE = re.compile(r"\d+|(?<=key is not valid: ).*")
"""Of messages: numbers, and how each parser says that a token is none."""


def shape(content: Any) -> Any:
    """Return of an answer what a client may rely on."""
    if "items" in content:
        items = [shape(item) for item in content["items"]]
        return _head(content), sorted(content["metadata"].keys() - _VOLATILE), items
    if "type" in content:
        return content["type"], shape(content["object"])
    if content.get("kind") == "Status":
        return {**content, "message": _VARIABLE.sub("#", content["message"])}
    if "Review" in content.get("kind", ""):
        return _head(content), content["spec"], content["status"]["allowed"]
    metadata = {k: v for k, v in content["metadata"].items() if k not in _VOLATILE}
    return _head(content), metadata


def shapes(answer: Answer) -> tuple[int, str, list[Any]]:
    """Return the status, the type and the shapes of the lines of an answer.

    Mere bookmarks are left out: how many there are depends on when they are due.
    """
    kind = answer.headers["Content-Type"]
    if "json" not in kind:
        return answer.status, kind, [answer.body]
    lines = [shape(json.loads(line)) for line in answer.body.splitlines()]
    return answer.status, kind, [one for one in lines if not is_mere_bookmark(one)]


def is_mere_bookmark(found: Any) -> bool:
    """Tell whether a shape is that of a bookmark that says no more than where a watch is."""
    return isinstance(found, tuple) and found[0] == "BOOKMARK" and not found[1][1]


def _head(content: Mapping[str, Any]) -> tuple[str, str]:
    return content.get("kind", ""), content.get("apiVersion", "")


async def fill(cluster: Cluster) -> str:
    """Create some objects; return the token of somebody who may list pods, and no more."""
    await cluster.install(APPLICATIONS)
    for name in ("a", "b"):
        await cluster.create(node(name, labels={"phase": name}))
        await cluster.create(pod(f"db-{name}", on=name))
    await cluster.create(workload("Deployment", "auth"))
    await cluster.create(application("one"))
    return await cluster.grant("viewer", [allow("list", "pods")])


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/api/v1/nodes", id="list"),
        pytest.param("/api/v1/nodes?limit=1", id="first page"),
        pytest.param("/api/v1/nodes?labelSelector=phase%3Da", id="label selector"),
        pytest.param("/api/v1/pods?fieldSelector=spec.nodeName%3Da", id="field selector"),
        pytest.param("/api/v1/namespaces/api/pods", id="list in a namespace"),
        pytest.param("/api/v1/namespaces/web/pods", id="empty list"),
        pytest.param("/apis/apps/v1/deployments", id="list of a group"),
        pytest.param("/apis/argoproj.io/v1alpha1/applications", id="custom list"),
        pytest.param("/apis/argoproj.io/v1alpha1/applications?limit=1", id="custom page"),
        pytest.param("/apis/keda.sh/v1alpha1/scaledobjects", id="group not installed"),
        pytest.param("/api/v1/nodes?limit=1&continue=nonsense", id="continue amiss"),
        pytest.param(f"/api/v1/nodes?{STREAM}", id="stream without match"),
        pytest.param(f"/api/v1/nodes?resourceVersion=999999999&{MATCH}", id="list from the future"),
        pytest.param(
            "/api/v1/nodes?watch=true&resourceVersion=999999999&timeoutSeconds=1",
            id="watch from the future",
        ),
        pytest.param("/api/v1/nodes?watch=true&timeoutSeconds=1", id="watch from anywhere"),
        pytest.param(f"/api/v1/nodes?{STREAM}&{MATCH}", id="streaming list"),
        pytest.param(
            f"/apis/argoproj.io/v1alpha1/applications?{STREAM}&{MATCH}", id="custom stream"
        ),
    ],
)
async def test_both_answer_the_same(path: str, simulated: Simulated, real: Real) -> None:
    await fill(simulated)
    await fill(real)

    pretended = await simulated.requests.ask("GET", path)
    answer = await real.requests.ask("GET", path)

    if TOO_OLD in answer.body:
        pytest.skip(WHY_TOO_OLD)
    assert shapes(pretended) == shapes(answer)


async def test_both_refuse_who_is_not_known(simulated: Simulated, real: Real) -> None:
    ours, theirs = [
        await one.requests.ask("GET", "/api/v1/nodes", token="unknown") for one in (simulated, real)
    ]

    assert shapes(ours) == shapes(theirs)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/api/v1/nodes", id="list"),
        pytest.param("/api/v1/nodes?watch=true", id="watch"),
        pytest.param("/apis/apps/v1/namespaces/api/deployments", id="list in a namespace"),
        pytest.param("/apis/argoproj.io/v1alpha1/applications", id="custom list"),
    ],
)
async def test_both_refuse_what_is_not_granted(path: str, simulated: Simulated, real: Real) -> None:
    answers = []
    for one in (simulated, real):
        token = await fill(one)
        answers.append(await one.requests.ask("GET", path, token=token))

    ours, theirs = (json.loads(answer.body) for answer in answers)
    assert [answer.status for answer in answers] == [403, 403]
    assert ours["message"].replace('"viewer"', VIEWER) == theirs["message"]
    assert {**ours, "message": ""} == {**theirs, "message": ""}


@pytest.mark.parametrize(("verb", "allowed"), [("list", True), ("watch", False)])
async def test_both_review_what_is_granted(
    verb: str,
    allowed: bool,  # noqa: FBT001 - a parameter
    simulated: Simulated,
    real: Real,
) -> None:
    review = {
        "kind": "SelfSubjectAccessReview",
        "apiVersion": "authorization.k8s.io/v1",
        "spec": {"resourceAttributes": {"verb": verb, "resource": "pods"}},
    }

    async def ask(cluster: Cluster, token: str) -> Answer:
        return await cluster.requests.ask("POST", REVIEWS, token=token, body=review)

    answers = [await ask(one, await fill(one)) for one in (simulated, real)]

    ours, theirs = map(shapes, answers)
    assert ours == theirs
    assert theirs[0] == 201
    assert theirs[2][0][2] is allowed


async def test_managed_fields_are_all_that_a_pod_is_read_without(real: Real) -> None:
    await fill(real)

    answer = await real.requests.ask("GET", "/api/v1/pods?watch=true&timeoutSeconds=1")

    for line in answer.body.splitlines():
        told = json.loads(line)
        if told["type"] == "ADDED":
            assert told["object"]["metadata"].pop("managedFields")
            assert json.loads(without_managed_fields(line)) == told
    assert b'"ADDED"' in answer.body
