"""SelfSubjectAccessReview and SelfSubjectRulesReview: what may I do?"""

from typing import Any

from tests.apiserver.rbac import Access, Action
from tests.apiserver.status import bad_request

GROUP = "authorization.k8s.io"
RESOURCES = {
    "selfsubjectaccessreviews": "SelfSubjectAccessReview",
    "selfsubjectrulesreviews": "SelfSubjectRulesReview",
}


def review(access: Access, user: str, resource: str, content: Any) -> dict[str, Any]:
    """Return the answer to a review; raises :exc:`StatusError` for one that says nothing."""
    kind = RESOURCES[resource]
    spec = content.get("spec") if isinstance(content, dict) else None
    if not isinstance(spec, dict):
        raise bad_request(f"{kind} needs a spec")
    status = _access(access, user, spec) if "Access" in kind else _rules(access, user, spec)
    head = {"kind": kind, "apiVersion": f"{GROUP}/v1", "metadata": {}}
    return {**head, "spec": spec, "status": status}


def _access(access: Access, user: str, spec: dict[str, Any]) -> dict[str, Any]:
    asked = spec.get("resourceAttributes")
    if not isinstance(asked, dict):
        return {"allowed": "nonResourceAttributes" in spec}
    action = Action(
        verb=asked.get("verb", ""),
        group=asked.get("group", ""),
        resource=asked.get("resource", ""),
        namespace=asked.get("namespace", ""),
        name=asked.get("name", ""),
    )
    if not access.allows(user, action):
        return {"allowed": False}
    return {"allowed": True, "reason": f'RBAC: allowed by ClusterRoleBinding "{user}"'}


def _rules(access: Access, user: str, spec: dict[str, Any]) -> dict[str, Any]:
    namespace = spec.get("namespace", "")
    rules = [
        rule.as_json() for rule in access.rules.get(user, ()) if rule.namespace in {"", namespace}
    ]
    return {"resourceRules": rules, "nonResourceRules": [], "incomplete": False}
