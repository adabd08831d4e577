"""Creating an object: what the API server asks of one before it takes it."""

import re
from collections.abc import Callable
from typing import Any

from tests.apiserver.rbac import Action
from tests.apiserver.resources import Resource
from tests.apiserver.status import StatusError, bad_request, not_found
from tests.apiserver.store import Collection, Object, Store, read

Admission = Callable[[Object], str]
"""Says what is wrong with the fields of an object, or nothing."""

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LONGEST = 253


def create(
    store: Store, collection: Collection, *, action: Action, content: Any, admit: Admission
) -> Object:
    """Create an object and return it; raises :exc:`StatusError` for one that is not taken."""
    resource = collection.resource
    found = _decoded(content, resource)
    metadata = found.get("metadata") or {}
    name, namespace = metadata.get("name", ""), _namespace(metadata, action, resource)
    if namespace and store.get("namespaces", namespace) is None:
        raise not_found("namespaces", namespace)
    problem = admit(found)
    if problem:
        raise bad_request(f"strict decoding error: {problem}")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise StatusError(
            422, "Invalid", f'{resource.qualified} "{name}" is invalid: metadata.name'
        )
    if collection.latest(f"{namespace}/{name}") is not None:
        raise StatusError(409, "AlreadyExists", f'{resource.qualified} "{name}" already exists')
    within = {"namespace": namespace} if namespace else {}
    store.put({**found, "metadata": {**metadata, **within}})
    version = collection.latest(f"{namespace}/{name}")
    assert version is not None
    return read(resource, version)


def _decoded(content: Any, resource: Resource) -> Object:
    if not isinstance(content, dict):
        raise bad_request("the body of the request was in an unknown format")
    sent = (content.get("apiVersion"), content.get("kind"))
    if sent != (resource.api_version, resource.kind):
        raise bad_request(
            f"{sent[1]} in version {sent[0]} cannot be handled as a {resource.kind} in version "
            f"{resource.api_version}"
        )
    return content


def _namespace(metadata: Object, action: Action, resource: Resource) -> str:
    """Return the namespace to create in: that of the address, which the object must not deny."""
    if not resource.namespaced:
        if metadata.get("namespace"):
            raise bad_request("namespace is not allowed on this type")
        return ""
    if not action.namespace:
        raise StatusError(405, "MethodNotAllowed", "create needs a namespace")
    if metadata.get("namespace", action.namespace) != action.namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    return action.namespace
