"""Who may do what: users by token, and the rules that their roles grant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.apiserver.status import StatusError


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What somebody asks for: a verb on objects of a resource, in a namespace or in all."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""

    @property
    def qualified(self) -> str:
        """The resource as messages name it."""
        return f"{self.resource}.{self.group}" if self.group else self.resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of a role; bound in one namespace, or in the whole cluster where that is empty.

    With *names* it is for objects of these names, and for lists of them.
    """

    verbs: frozenset[str]
    groups: frozenset[str]
    resources: frozenset[str]
    namespace: str = ""
    names: frozenset[str] = frozenset()

    def grants(self, action: Action) -> bool:
        """Tell whether the rule allows an action."""
        return (
            not self.verbs.isdisjoint({action.verb, "*"})
            and not self.groups.isdisjoint({action.group, "*"})
            and not self.resources.isdisjoint({action.resource, "*"})
            and self.namespace in {"", action.namespace}
            and (not self.names or action.name in {"", *self.names})
        )

    def as_json(self) -> dict[str, list[str]]:
        """Return the rule as a SelfSubjectRulesReview shows it."""
        return {
            "verbs": sorted(self.verbs),
            "apiGroups": sorted(self.groups),
            "resources": sorted(self.resources),
        }


def allow(verbs: str, resources: str, *, group: str = "", namespace: str = "") -> Rule:
    """Return a rule from words: ``allow("list watch", "nodes pods")``."""
    return Rule(
        verbs=frozenset(verbs.split()),
        groups=frozenset({group}),
        resources=frozenset(resources.split()),
        namespace=namespace,
    )


def rules_of(role: Mapping[str, Any], *, namespace: str = "") -> tuple[Rule, ...]:
    """Return what a Role or ClusterRole grants, bound in *namespace* or in the whole cluster."""
    return tuple(
        Rule(
            verbs=frozenset(one["verbs"]),
            groups=frozenset(one["apiGroups"]),
            resources=frozenset(one["resources"]),
            namespace=namespace,
            names=frozenset(one.get("resourceNames", ())),
        )
        for one in role.get("rules") or ()
        if "resources" in one
    )


ADMIN = (allow("*", "*", group="*"),)


@dataclass(slots=True)
class Access:
    """The users by their tokens, and their rules.

    Without tokens everybody is admin. A user without rules of his own may do nothing.
    """

    tokens: dict[str, str] = field(default_factory=dict)
    rules: dict[str, tuple[Rule, ...]] = field(default_factory=lambda: {"admin": ADMIN})

    def grant(self, user: str, rules: Iterable[Rule], *, bearer: str | None = None) -> None:
        """Give a user these rules in place of others, and a bearer token if one is told."""
        self.rules[user] = tuple(rules)
        if bearer is not None:
            self.tokens[bearer] = user

    def user(self, authorization: str) -> str | None:
        """Return who sends this Authorization header, or None where it is nobody."""
        if not self.tokens:
            return "admin"
        scheme, _, token = authorization.partition(" ")
        return self.tokens.get(token.strip()) if scheme.lower() == "bearer" else None

    def allows(self, user: str, action: Action) -> bool:
        """Tell whether a rule of the user grants an action."""
        return any(rule.grants(action) for rule in self.rules.get(user, ()))


def forbidden(user: str, action: Action) -> StatusError:
    """Return the answer to what nobody granted."""
    scope = f'in the namespace "{action.namespace}"' if action.namespace else "at the cluster scope"
    what = f'{action.qualified} "{action.name}"' if action.name else action.qualified
    message = (
        f'{what} is forbidden: User "{user}" cannot {action.verb} resource "{action.resource}" '
        f'in API group "{action.group}" {scope}'
    )
    details = {"name": action.name, "group": action.group, "kind": action.resource}
    shown = {key: value for key, value in details.items() if value}
    return StatusError(403, "Forbidden", message, details=shown)
