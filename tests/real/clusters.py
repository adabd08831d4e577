"""A cluster that tests change, simulated or real: the same calls, so the same tests for both."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import aiohttp

from tests.apiserver.rbac import ADMIN, Rule
from tests.apiserver.resources import BUILT_IN, CUSTOM, Resource
from tests.apiserver.server import ApiServer
from tests.real.objects import Object, definition, namespace
from tests.real.processes import ADMIN_TOKEN, KubeApiServer

NAMESPACES = ("api", "argocd", "other", "web")
GRACE = 60
_CHECK = 0.1
_ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_KINDS = {resource.kind: resource for resource in (*BUILT_IN, *CUSTOM)}


class Answer(NamedTuple):
    """An answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Requests:
    """Requests to one API server, each with a token."""

    url: str
    session: aiohttp.ClientSession

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = ADMIN_TOKEN,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return whatever the server answers."""
        sent = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        async with self.session.request(
            method, self.url + path, json=body, headers={**sent, **(headers or {})}
        ) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def do(self, method: str, path: str, **content: Any) -> bytes:
        """Return the body of an answer, which must not be a refusal."""
        answer = await self.ask(method, path, **content)
        assert answer.status < HTTPStatus.BAD_REQUEST, (method, path, answer.status, answer.body)
        return answer.body


class Cluster(Protocol):
    """What tests do to a cluster. Custom kinds are not installed before they are asked for."""

    requests: Requests

    @property
    def url(self) -> str:
        """Where its API server listens."""

    @property
    def authority(self) -> Path:
        """The certificate by which clients trust it."""

    async def create(self, content: Object) -> None:
        """Create an object."""

    async def relabel(self, content: Object, **labels: str) -> None:
        """Add labels to an object that exists."""

    async def delete(self, content: Object) -> None:
        """Delete an object."""

    async def install(self, resource: Resource) -> None:
        """Install a custom kind."""

    async def remove(self, resource: Resource) -> None:
        """Remove a custom kind, and all objects of it."""

    async def grant(self, user: str, rules: Iterable[Rule]) -> str:
        """Let a new user do what *rules* say, and nothing else; return a token."""

    async def allow(self, user: str, rules: Iterable[Rule]) -> None:
        """Let a user that exists and may do nothing yet do what *rules* say."""

    async def rotate(self, user: str) -> str:
        """Make the tokens of a user invalid; return a new one."""

    async def restart(self) -> None:
        """Restart the API server; the objects stay."""


@dataclass(slots=True)
class Simulated:
    """The simulated API server as such a cluster."""

    api: ApiServer
    authority: Path
    requests: Requests

    def __post_init__(self) -> None:
        """Begin as a real one does: with an admin, without custom kinds."""
        self.api.access.grant("admin", ADMIN, bearer=ADMIN_TOKEN)
        for resource in CUSTOM:
            self.api.remove(resource.qualified)

    @property
    def url(self) -> str:
        return self.api.url

    async def create(self, content: Object) -> None:
        self.api.put(content)

    async def relabel(self, content: Object, **labels: str) -> None:
        def edit(one: Object) -> None:
            one["metadata"]["labels"] = {**one["metadata"].get("labels", {}), **labels}

        self.api.change(*_identity(content), edit=edit)

    async def delete(self, content: Object) -> None:
        self.api.delete(*_identity(content))

    async def install(self, resource: Resource) -> None:
        self.api.install(resource)

    async def remove(self, resource: Resource) -> None:
        self.api.remove(resource.qualified)

    async def grant(self, user: str, rules: Iterable[Rule]) -> str:
        token = f"token-of-{user}"
        self.api.access.grant(user, rules, bearer=token)
        return token

    async def allow(self, user: str, rules: Iterable[Rule]) -> None:
        self.api.access.grant(user, rules)

    async def rotate(self, user: str) -> str:
        tokens = self.api.access.tokens
        for old in [token for token, whose in tokens.items() if whose == user]:
            del tokens[old]
        tokens[f"new-token-of-{user}"] = user
        return f"new-token-of-{user}"

    async def restart(self) -> None:
        await self.api.restart()


@dataclass(slots=True)
class Real:
    """A kube-apiserver as such a cluster; users are ServiceAccounts."""

    server: KubeApiServer
    requests: Requests
    _made: list[str] = field(default_factory=list)
    _installed: set[Resource] = field(default_factory=set)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def authority(self) -> Path:
        return self.server.authority

    async def begin(self) -> None:
        """Create the namespaces that objects are put into, where they are missing."""
        for name in NAMESPACES:
            answer = await self.requests.ask("POST", "/api/v1/namespaces", body=namespace(name))
            assert answer.status in {HTTPStatus.CREATED, HTTPStatus.CONFLICT}, answer

    async def end(self) -> None:
        """Delete whatever was made, the newest first."""
        for path in reversed(self._made):
            await self.requests.ask("DELETE", f"{path}?gracePeriodSeconds=0")
        for resource in tuple(self._installed):
            await self.remove(resource)

    async def create(self, content: Object) -> None:
        await self._make(_collection(content), content)

    async def relabel(self, content: Object, **labels: str) -> None:
        await self.requests.do(
            "PATCH",
            _path(content),
            body={"metadata": {"labels": labels}},
            headers={"Content-Type": "application/merge-patch+json"},
        )

    async def delete(self, content: Object) -> None:
        await self.requests.do("DELETE", f"{_path(content)}?gracePeriodSeconds=0")

    async def install(self, resource: Resource) -> None:
        await self.requests.do("POST", _DEFINITIONS, body=definition(resource))
        self._installed.add(resource)
        await self.until(resource.path, lambda status: status == HTTPStatus.OK)

    async def remove(self, resource: Resource) -> None:
        self._installed.discard(resource)
        await self.requests.do("DELETE", f"{_DEFINITIONS}/{resource.qualified}")
        await self.until(resource.path, lambda status: status == HTTPStatus.NOT_FOUND)
        gone = f"{_DEFINITIONS}/{resource.qualified}"
        await self.until(gone, lambda status: status == HTTPStatus.NOT_FOUND)

    async def grant(self, user: str, rules: Iterable[Rule]) -> str:
        await self._make(_ACCOUNTS, {"metadata": {"name": user}})
        await self.allow(user, rules)
        return await self.token(f"{_ACCOUNTS}/{user}/token")

    async def allow(self, user: str, rules: Iterable[Rule]) -> None:
        subject = {"kind": "ServiceAccount", "name": user, "namespace": "default"}
        for number, rule in enumerate(rules):
            await self._bind(f"{user}-{number}", subject, rule)

    async def rotate(self, user: str) -> str:
        await self.requests.do("DELETE", f"{_ACCOUNTS}/{user}")
        await self._make(_ACCOUNTS, {"metadata": {"name": user}})
        return await self.token(f"{_ACCOUNTS}/{user}/token")

    async def restart(self) -> None:
        await asyncio.to_thread(self.server.stop)
        await asyncio.to_thread(self.server.start)

    async def _bind(self, name: str, subject: Mapping[str, str], rule: Rule) -> None:
        kind = "Role" if rule.namespace else "ClusterRole"
        within = f"{_RBAC}/namespaces/{rule.namespace}" if rule.namespace else _RBAC
        roles, metadata = f"{within}/{kind.lower()}s", {"name": name}
        await self._make(roles, {"metadata": metadata, "rules": [rule.as_json()]})
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}
        binding = {"metadata": metadata, "subjects": [subject], "roleRef": reference}
        await self._make(f"{within}/{kind.lower()}bindings", binding)

    async def token(self, path: str) -> str:
        """Ask for a token of an account, at the address of its tokens."""
        answer = await self.requests.do("POST", path, body={"spec": {}})
        token: str = json.loads(answer)["status"]["token"]
        return token

    async def _make(self, collection: str, content: Object) -> None:
        await self.requests.do("POST", collection, body=content)
        self._made.append(f"{collection}/{content['metadata']['name']}")

    async def until(self, path: str, condition: Callable[[int], bool]) -> None:
        """Wait until the status of an answer is as it shall be."""
        async with asyncio.timeout(GRACE):
            while not condition((await self.requests.ask("GET", path)).status):  # noqa: ASYNC110 - to be asked
                await asyncio.sleep(_CHECK)


def _identity(content: Object) -> tuple[str, str, str]:
    metadata = content["metadata"]
    return _KINDS[content["kind"]].qualified, metadata["name"], metadata.get("namespace", "")


def _collection(content: Object) -> str:
    resource = _KINDS[content["kind"]]
    within = content["metadata"].get("namespace")
    root = resource.path.removesuffix(f"/{resource.plural}")
    return f"{root}/namespaces/{within}/{resource.plural}" if within else resource.path


def _path(content: Object) -> str:
    return f"{_collection(content)}/{content['metadata']['name']}"
