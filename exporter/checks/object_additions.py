"""No object may give more than the code declares: ways in, rights, keys, pods with privileges."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias

from exporter.checks import workload_additions
from exporter.checks.pod_additions import Addition, additions
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.fields import merge_key
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text, dig
from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects

ID = "object_additions"

Rule: TypeAlias = Callable[[JsonObject, JsonObject], Iterator[Addition]]
Path: TypeAlias = tuple[str, ...]

CLOUD_IDENTITIES: Final = (
    "azure.workload.identity/client-id",
    "eks.amazonaws.com/role-arn",
    "iam.gke.io/gcp-service-account",
)
"""Annotations by which pods of a ServiceAccount get rights in a cloud."""
ROUTED_BY_CONTROLLERS: Final = frozenset({"rollouts-pod-template-hash"})
"""Labels that Argo Rollouts adds to the selectors of the Services that it leads."""
EXCLUDED_BY_PROVIDERS: Final = frozenset({"control-plane", "kubernetes.azure.com/managedby"})
"""Labels by which AKS leaves its own namespaces out of each webhook."""


def judge(facts: Facts) -> Iterator[Finding]:
    """Say of each declared object what it has beyond its declaration; of those without, nothing.

    There may be very many objects, and of those whose content is not known ``object_spec`` tells.
    """
    observed = facts.get(ObservedObjects)
    for subject, objects in facts.get(DeclaredObjects).by_subject.items():
        looked = [declared for declared in objects if declared.key.group_kind in RULES]
        seen = [observed.get(declared.key) for declared in looked]
        if looked and all(isinstance(one, ObservedObject) for one in seen):
            make = partial(_judge, subject, looked, observed)
            finding = facts.memory.once(subject, (objects, *seen), make)
            if finding is not None:
                yield finding


def _judge(
    subject: Subject, objects: Sequence[DeclaredObject], observed: ObservedObjects
) -> Finding | None:
    """Judge what bears one name; of several objects, of as many groups, the first that has more."""
    findings = (_judge_one(subject, declared, observed) for declared in objects)
    return next((one for one in findings if one.verdict is Verdict.FAIL), None)


def _judge_one(subject: Subject, declared: DeclaredObject, observed: ObservedObjects) -> Finding:
    have = observed.get(declared.key)
    manifest = have.manifest if isinstance(have, ObservedObject) else {}
    rules = RULES[declared.key.group_kind]
    found = [one for rule in rules for one in rule(declared.manifest, manifest)]
    return workload_additions.added(ID, subject, declared, found, place=declared.place)


def judged_objects(facts: Facts) -> list[Subject]:
    """Return the declared objects of kinds with anything to look for, if they can be seen."""
    known, observed = facts.find(DeclaredObjects), facts.find(ObservedObjects)
    if known is None:
        return []
    return [
        subject
        for subject, objects in known.by_subject.items()
        if any(one.key.group_kind in RULES for one in objects)
        and not (observed and observed.refusal_of(objects))
    ]


def _undeclared(*path: str, value: Json = None) -> Rule:
    """Look for a field that nobody declares and that is not empty, or has this *value*."""

    def rule(declared: JsonObject, observed: JsonObject) -> Iterator[Addition]:
        have = dig(observed, *path)
        if dig(declared, *path) is None and (have == value if value is not None else have):
            shown = have if isinstance(have, str | int) else f"({_word(have)})"
            yield Addition(
                "/" + "/".join(path), excerpt(shown) if isinstance(shown, str) else shown
            )

    return rule


def _word(value: Json) -> str:
    return "an object" if isinstance(value, Mapping) else "a list"


def _service_type(declared: JsonObject, observed: JsonObject) -> Iterator[Addition]:
    have = as_text(dig(observed, "spec", "type"))
    if have in {"NodePort", "LoadBalancer"} and not dig(declared, "spec", "type"):
        yield Addition("/spec/type", have)


def _items(*path: str, field: str) -> Rule:
    """Look for items that nobody declares, by the API's keys, in a list of which any are."""

    def rule(declared: JsonObject, observed: JsonObject) -> Iterator[Addition]:
        known = {merge_key(item, field) for item in as_list(dig(declared, *path))}
        for item in as_list(dig(observed, *path)) if known else ():
            key = merge_key(item, field)
            if key is not None and key not in known:
                yield Addition(f"/{'/'.join(path)}/{excerpt(':'.join(key))}", "(an object)")

    return rule


def _keys(*path: str, but: frozenset[str] = frozenset(), shown: str = "") -> Rule:
    """Look for keys that nobody declares, in a map of which any are declared."""

    def rule(declared: JsonObject, observed: JsonObject) -> Iterator[Addition]:
        known = as_object(dig(declared, *path))
        for key, value in as_object(dig(observed, *path)).items() if known else ():
            if key not in known and key not in but:
                name = excerpt(key).replace("~", "~0").replace("/", "~1")
                yield Addition(f"/{'/'.join(path)}/{name}", shown or excerpt(as_text(value)))

    return rule


def _annotations(matches: Callable[[str], bool]) -> Rule:
    def rule(declared: JsonObject, observed: JsonObject) -> Iterator[Addition]:
        known = as_object(dig(declared, "metadata", "annotations"))
        for key, value in as_object(dig(observed, "metadata", "annotations")).items():
            if key not in known and matches(key):
                name = excerpt(key).replace("~", "~0").replace("/", "~1")
                yield Addition(f"/metadata/annotations/{name}", excerpt(as_text(value)))

    return rule


def _webhooks(declared: JsonObject, observed: JsonObject) -> Iterator[Addition]:
    """Look for what lets objects pass a declared webhook unseen."""
    known = {as_text(dig(one, "name")): as_object(one) for one in as_list(declared.get("webhooks"))}
    for webhook in map(as_object, as_list(observed.get("webhooks"))):
        name = as_text(webhook.get("name"))
        want = known.get(name)
        if want is None:
            continue
        where = f"/webhooks/{excerpt(name)}"
        if webhook.get("failurePolicy") == "Ignore" and want.get("failurePolicy") is None:
            yield Addition(f"{where}/failurePolicy", "Ignore")
        for field in ("namespaceSelector", "objectSelector", "matchConditions"):
            if _narrows(webhook.get(field)) and want.get(field) is None:
                yield Addition(f"{where}/{field}", f"({_word(webhook.get(field))})")


def _narrows(selector: Json) -> bool:
    """Tell whether a selector, or a list of conditions, leaves anything out but a provider's."""
    if not isinstance(selector, Mapping):
        return bool(selector)
    expressions = as_list(selector.get("matchExpressions"))
    named = {as_text(dig(expression, "key")) for expression in expressions}
    return bool(selector.get("matchLabels")) or not named <= EXCLUDED_BY_PROVIDERS


def _pods(*path: str) -> Rule:
    """Look for what a template of pods has beyond the declared one."""

    def rule(declared: JsonObject, observed: JsonObject) -> Iterator[Addition]:
        want, have = as_object(dig(declared, *path)), as_object(dig(observed, *path))
        yield from additions(want, have, "/" + "/".join(path))

    return rule


_TEMPLATE: Final = ("spec", "template", "spec")
_RBAC: Final = "rbac.authorization.k8s.io"
_ADMISSION: Final = "admissionregistration.k8s.io"
_SELECTORS: Final = (
    _keys("spec", "podSelector", "matchLabels"),
    _undeclared("spec", "podSelector", "matchLabels"),
    _undeclared("spec", "podSelector", "matchExpressions"),
)
_HOOKS: Final = (_items("webhooks", field="webhooks"), _webhooks)

RULES: Final[Mapping[GroupKind, tuple[Rule, ...]]] = {
    GroupKind("", "Service"): (
        _service_type,
        _undeclared("spec", "externalIPs"),
        _items("spec", "ports", field="Service.ports"),
        _keys("spec", "selector", but=ROUTED_BY_CONTROLLERS),
        _undeclared("spec", "selector"),
    ),
    GroupKind("", "ConfigMap"): (
        _keys("data", shown="(a value)"),
        _keys("binaryData", shown="(a value)"),
    ),
    GroupKind("", "ServiceAccount"): (_annotations(lambda key: key in CLOUD_IDENTITIES),),
    GroupKind("autoscaling", "HorizontalPodAutoscaler"): (
        _items("spec", "metrics", field="HorizontalPodAutoscaler.metrics"),
    ),
    GroupKind("networking.k8s.io", "NetworkPolicy"): (
        _undeclared("spec", "ingress"),
        _undeclared("spec", "egress"),
        *_SELECTORS,
    ),
    GroupKind("networking.k8s.io", "Ingress"): (
        _undeclared("spec", "defaultBackend"),
        _undeclared("spec", "rules"),
        _annotations(lambda key: key.endswith(("-snippet", "-snippets"))),
    ),
    GroupKind(_RBAC, "Role"): (_undeclared("rules"),),
    GroupKind(_RBAC, "ClusterRole"): (_undeclared("aggregationRule"),),
    GroupKind(_RBAC, "RoleBinding"): (_undeclared("subjects"),),
    GroupKind(_RBAC, "ClusterRoleBinding"): (_undeclared("subjects"),),
    GroupKind(_ADMISSION, "MutatingWebhookConfiguration"): _HOOKS,
    GroupKind(_ADMISSION, "ValidatingWebhookConfiguration"): _HOOKS,
    GroupKind("apiextensions.k8s.io", "CustomResourceDefinition"): (
        _undeclared("spec", "conversion", "strategy", value="Webhook"),
    ),
    GroupKind("scheduling.k8s.io", "PriorityClass"): (_undeclared("globalDefault", value=True),),
    GroupKind("batch", "CronJob"): (_pods("spec", "jobTemplate", *_TEMPLATE),),
    GroupKind("batch", "Job"): (_pods(*_TEMPLATE),),
    GroupKind("apps", "ReplicaSet"): (_pods(*_TEMPLATE),),
    GroupKind("argoproj.io", "Rollout"): (_pods(*_TEMPLATE),),
}
"""By kind what is looked for; lists that are one value are ``object_spec``'s, with all in them."""


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Objects give nothing beyond what is declared",
    needs=(DeclaredObjects, ObservedObjects),
    subjects=judged_objects,
    judge=judge,
    judges="additions",
    covers=False,
    only_amiss=True,
    chapter=Chapter.OBJECTS,
    advice="Remove what was added to the objects by hand, or declare it in the code.",
    alert=Alert(
        name="ObjectExtended",
        after="5m",
        summary="An object gives more than declared.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} has ways in, "
            "rights, keys or pods with privileges that no code declares. Next: the status page "
            "names them; find out who added them, then sync its Application."
        ),
    ),
)
