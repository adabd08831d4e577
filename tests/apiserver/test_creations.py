"""What is created is taken as the API server takes it: whole and right, or not at all."""

import pytest

from tests.apiserver.client import Client, Object
from tests.apiserver.server import ApiServer

PODS = "/api/v1/namespaces/api/pods"


def pod(**metadata: str) -> Object:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", **metadata}}


@pytest.fixture(autouse=True)
def namespace(api: ApiServer) -> None:
    api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "api"}})


async def test_an_object_is_created_where_the_address_says(api: ApiServer, client: Client) -> None:
    answer = await client.post(PODS, pod())

    assert answer.status == 201
    assert answer.json["metadata"]["namespace"] == "api"
    assert answer.json["metadata"]["uid"]
    assert api.get("pods", "a", "api") == answer.json


async def test_creating_takes_the_verb_create(api: ApiServer, client: Client) -> None:
    api.access.grant("nobody", [], bearer="t")

    answer = await client.post(PODS, pod(), Authorization="Bearer t")

    assert answer.status == 403
    assert "cannot create resource" in answer.json["message"]


@pytest.mark.parametrize(
    ("path", "content", "status", "message"),
    [
        pytest.param(PODS, {"kind": "Pod"}, 400, "cannot be handled as a Pod", id="no version"),
        pytest.param(PODS, {**pod(), "kind": "Node"}, 400, "Node in version v1", id="kind"),
        pytest.param(PODS, pod(namespace="web"), 400, "does not match", id="namespace"),
        pytest.param(PODS, pod(name="A_b"), 422, "is invalid", id="name"),
        pytest.param(PODS, pod(name=""), 422, "is invalid", id="no name"),
        pytest.param("/api/v1/pods", pod(), 405, "needs a namespace", id="no namespace"),
        pytest.param(
            "/api/v1/namespaces/web/pods", pod(), 404, 'namespaces "web" not found', id="nowhere"
        ),
    ],
)
async def test_what_is_not_right_is_refused(
    api: ApiServer, client: Client, path: str, content: Object, status: int, message: str
) -> None:
    answer = await client.post(path, content)

    assert answer.status == status
    assert message in answer.json["message"]
    assert api.objects("pods") == []


async def test_the_same_object_twice_is_a_conflict(client: Client) -> None:
    await client.post(PODS, pod())

    answer = await client.post(PODS, pod())

    assert (answer.status, answer.json["reason"]) == (409, "AlreadyExists")


async def test_admission_may_refuse_fields(api: ApiServer, client: Client) -> None:
    api.admission = lambda content: "unknown field" if "spec" in content else ""

    refused = await client.post(PODS, {**pod(), "spec": {}})
    taken = await client.post(PODS, pod())

    assert (refused.status, taken.status) == (400, 201)
    assert refused.json["message"] == "strict decoding error: unknown field"
