"""Who may ask for what, and what the others are told."""

import pytest

from tests.apiserver.client import Client, node
from tests.apiserver.rbac import allow, rules_of
from tests.apiserver.server import ApiServer
from tests.apiserver.state import Entry

VIEWER = {"Authorization": "Bearer secret"}
REVIEWS = "/apis/authorization.k8s.io/v1"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no token"),
        pytest.param({"Authorization": "Bearer other"}, id="unknown token"),
        pytest.param({"Authorization": "Basic secret"}, id="another scheme"),
    ],
)
async def test_who_shows_no_token_is_nobody(
    api: ApiServer, client: Client, headers: dict[str, str]
) -> None:
    api.access.grant("viewer", [allow("list", "nodes")], bearer="secret")

    found = await client.get("/api/v1/nodes", **headers)

    assert (found.status, found.json) == (
        401,
        {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": "Unauthorized",
            "reason": "Unauthorized",
            "code": 401,
        },
    )


@pytest.mark.parametrize(
    ("path", "message", "details"),
    [
        pytest.param(
            "/api/v1/nodes",
            'nodes is forbidden: User "viewer" cannot list resource "nodes" in API group "" at '
            "the cluster scope",
            {"kind": "nodes"},
            id="list",
        ),
        pytest.param(
            "/api/v1/nodes?watch=true",
            'nodes is forbidden: User "viewer" cannot watch resource "nodes" in API group "" at '
            "the cluster scope",
            {"kind": "nodes"},
            id="watch",
        ),
        pytest.param(
            "/apis/apps/v1/namespaces/api/deployments/x",
            'deployments.apps "x" is forbidden: User "viewer" cannot get resource "deployments" '
            'in API group "apps" in the namespace "api"',
            {"name": "x", "group": "apps", "kind": "deployments"},
            id="get",
        ),
        pytest.param(
            "/apis/example.org/v1/things",
            'things.example.org is forbidden: User "viewer" cannot list resource "things" in API '
            'group "example.org" at the cluster scope',
            {"group": "example.org", "kind": "things"},
            id="a kind that does not exist",
        ),
    ],
)
async def test_what_nobody_granted_is_forbidden(
    api: ApiServer, client: Client, path: str, message: str, details: dict[str, str]
) -> None:
    api.access.grant("viewer", [allow("list", "pods")], bearer="secret")

    found = await client.get(path, **VIEWER)

    assert (found.status, found.json["reason"], found.json["code"]) == (403, "Forbidden", 403)
    assert (found.json["message"], found.json["details"]) == (message, details)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/api/v1/namespaces/api/pods", 200, id="granted in the namespace"),
        pytest.param("/api/v1/namespaces/other/pods", 403, id="another namespace"),
        pytest.param("/api/v1/pods", 403, id="all namespaces"),
        pytest.param("/apis/apps/v1/deployments", 200, id="granted in the cluster"),
        pytest.param("/apis/apps/v1/namespaces/x/deployments", 200, id="so in each namespace"),
        pytest.param("/apis/apps/v1/statefulsets", 403, id="another resource"),
    ],
)
async def test_a_rule_grants_verbs_on_resources_of_a_group_in_its_namespace(
    api: ApiServer, client: Client, path: str, status: int
) -> None:
    rules = [
        allow("list", "pods", namespace="api"),
        allow("get list", "deployments", group="apps"),
    ]
    api.access.grant("viewer", rules, bearer="secret")

    assert (await client.get(path, **VIEWER)).status == status


async def test_the_rules_of_a_cluster_role_are_taken_over(api: ApiServer, client: Client) -> None:
    role = {
        "kind": "ClusterRole",
        "rules": [
            {"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]},
            {"nonResourceURLs": ["/metrics"], "verbs": ["get"]},
        ],
    }
    api.access.grant("viewer", rules_of(role), bearer="secret")

    assert (await client.get("/api/v1/nodes", **VIEWER)).status == 200
    assert (await client.get("/api/v1/nodes?watch=1", **VIEWER)).status == 403


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        pytest.param(
            {"verb": "list", "resource": "nodes"},
            {"allowed": True, "reason": 'RBAC: allowed by ClusterRoleBinding "viewer"'},
            id="granted",
        ),
        pytest.param({"verb": "watch", "resource": "nodes"}, {"allowed": False}, id="verb"),
        pytest.param(
            {"verb": "list", "resource": "nodes", "group": "apps"}, {"allowed": False}, id="group"
        ),
    ],
)
async def test_an_access_review_tells_what_one_may(
    api: ApiServer, client: Client, attributes: dict[str, str], status: dict[str, object]
) -> None:
    api.access.grant("viewer", [allow("list", "nodes")], bearer="secret")
    asked = {"spec": {"resourceAttributes": attributes}}

    found = await client.post(f"{REVIEWS}/selfsubjectaccessreviews", asked, **VIEWER)

    assert found.status == 201
    assert found.json["kind"] == "SelfSubjectAccessReview"
    assert found.json["spec"] == asked["spec"]
    assert found.json["status"] == status


async def test_a_rules_review_shows_the_rules_of_a_namespace(
    api: ApiServer, client: Client
) -> None:
    rules = [allow("list", "nodes"), allow("get", "pods", namespace="other")]
    api.access.grant("viewer", rules, bearer="secret")

    found = await client.post(
        f"{REVIEWS}/selfsubjectrulesreviews", {"spec": {"namespace": "api"}}, **VIEWER
    )

    assert found.json["status"]["resourceRules"] == [
        {"verbs": ["list"], "apiGroups": [""], "resources": ["nodes"]}
    ]


async def test_a_review_without_a_question_is_refused(client: Client) -> None:
    found = await client.post(f"{REVIEWS}/selfsubjectaccessreviews", {})

    assert found.status == 400


async def test_the_log_tells_who_asked_for_what(api: ApiServer, client: Client) -> None:
    await client.get("/apis/apps/v1/namespaces/api/deployments")
    await client.get("/api/v1/nodes?watch=1&timeoutSeconds=1")
    await client.get("/apis/example.org/v1/things")

    assert api.log == [
        Entry("list", "apps", "deployments", "api", 200),
        Entry("watch", "", "nodes", "", 200),
        Entry("list", "example.org", "things", "", 404),
    ]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/version", 200, id="version"),
        pytest.param("/api", 200, id="api"),
        pytest.param("/api/v1", 200, id="core"),
        pytest.param("/apis", 200, id="groups"),
        pytest.param("/apis/argoproj.io", 200, id="group"),
        pytest.param("/apis/argoproj.io/v1alpha1", 200, id="version of a group"),
        pytest.param("/readyz", 200, id="health"),
        pytest.param("/apis/example.org/v1", 404, id="unknown group"),
        pytest.param("/apis/apps/v2/deployments", 404, id="unknown version"),
        pytest.param("/api/v1/namespaces/api", 404, id="no such namespace"),
        pytest.param("/api/v1/namespaces/api/nodes", 404, id="what is in no namespace"),
        pytest.param("/api/v1/namespaces/api/pods/p/log", 404, id="subresource"),
        pytest.param("/somewhere/else", 404, id="unknown address"),
    ],
)
async def test_the_server_tells_what_it_has(client: Client, path: str, status: int) -> None:
    assert (await client.get(path)).status == status


async def test_groups_come_and_go_in_the_discovery(api: ApiServer, client: Client) -> None:
    api.remove("argoproj.io")

    groups = [one["name"] for one in (await client.get("/apis")).json["groups"]]

    assert "argoproj.io" not in groups
    assert "keda.sh" in groups


async def test_only_reading_and_creating_is_served(api: ApiServer, client: Client) -> None:
    found = await client.post("/api/v1/nodes/a", node("a"))

    assert found.status == 405
    assert api.objects("nodes") == []
