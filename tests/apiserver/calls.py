"""What a request asks for, read from its method and address as the API server does."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.apiserver.rbac import Action

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request for objects, and the version of the group it names."""

    action: Action
    version: str


def parse_call(method: str, path: str, query: Mapping[str, str]) -> Call | None:
    """Return what is asked for; None where the address is not one of objects."""
    match [part for part in path.split("/") if part]:
        case ["api", version, *rest] if rest:
            group = ""
        case ["apis", group, version, *rest] if rest:
            pass
        case _:
            return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2:
        _, namespace, *rest = rest
    elif rest[0] == "namespaces" and len(rest) == 2:
        namespace = rest[1]
    if len(rest) > 2:
        return None
    resource, name = (*rest, "")[:2]
    verb = _VERBS.get(method) or _reading(name, query)
    action = Action(verb=verb, group=group, resource=resource, namespace=namespace, name=name)
    return Call(action=action, version=version)


def _reading(name: str, query: Mapping[str, str]) -> str:
    if name:
        return "get"
    return "list" if query.get("watch", "").lower() in {"", "0", "false"} else "watch"
