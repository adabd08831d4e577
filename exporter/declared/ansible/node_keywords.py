"""Keywords by which a text may concern nodes, and which attributes of them.

They are meant to find too much: a text without any of them says nothing of nodes, one that has
some may still turn out to say nothing.
"""

import re

from exporter.domain.declaration import LABELS, TAINTS, Attribute

TASK_ATTRIBUTES = frozenset({LABELS, TAINTS, Attribute.VERSION})
"""All that tasks can set on a node."""

ANSIBLE_ATTRIBUTES = TASK_ATTRIBUTES | {Attribute.INTERNAL_IP}
"""All that Ansible can declare of a node; which machine it is, its cloud's own code declares."""

UNKNOWN = "\ufffc"
"""Stands in a text for what only a run would put there."""

EXPRESSION = re.compile(r"\{\{(?:[^{}]|\{[^{}]*\})*\}\}")
"""An expression of a template, braces of one mapping in it included; found in linear time."""

_VALUE = rf"(?:\{{\{{|{UNKNOWN})"
NODE_KIND = re.compile(rf"\bkind['\"]?\s*[:=]\s*['\"]?(?:Node\b|{_VALUE})")
"""An object that is a node, or may be one."""

_NODES_API = re.compile(r"/nodes\b|\bnodes?/")
_PATCHES = re.compile(r"\b(?:patch|edit)\b")
_NODE = re.compile(rf"\b(?:no|nodes?)\b|{_VALUE}")
_PATCHED = re.compile(r"\b(?:labels|taints)\b")
_KUBELET = re.compile(
    r"node[-_]?(?:labels?|taints?)|register[-_]?with[-_]?taints|nodeRegistration"
    r"|kubelet_?(?:extra_?)?(?:args|arguments|flags|custom_flags)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\blabel\b(?!['\"]?\s*:)")
_TAINT = re.compile(r"taint", re.IGNORECASE)
_DRAIN = re.compile(r"\b(?:k8s_drain|drain|cordon|uncordon)\b")
_VERSION = re.compile(
    r"kubelet|kubeadm|kubespray|\bk3s|\brke2|\bk0s|microk8s|hyperkube"
    r"|(?:kube|kubernetes|k8s)_?(?:version|release)",
    re.IGNORECASE,
)


_SETS = re.compile(r"\b(?:set_fact|register|include_vars|vars_prompt|add_host|group_by)\b|public")


def attributes_mentioned(text: str) -> frozenset[str]:
    """Return the attributes that tasks, templates or manifests with this *text* may set."""
    found: set[str] = set()
    if _mentions_objects(text) or _KUBELET.search(text):
        found |= {LABELS, TAINTS}
    if _LABEL.search(text):
        found.add(LABELS)
    if _TAINT.search(text) or _DRAIN.search(text):
        found.add(TAINTS)
    if _VERSION.search(text):
        found.add(Attribute.VERSION)
    return frozenset(found)


def _mentions_objects(text: str) -> bool:
    if NODE_KIND.search(text) or _NODES_API.search(text):
        return True
    return all(pattern.search(text) for pattern in (_PATCHED, _PATCHES, _NODE))


def configures_kubelet(text: str) -> bool:
    """Tell whether *text* may hold labels or taints with which a kubelet registers its node."""
    return bool(_KUBELET.search(text))


def sets_variables(text: str | None) -> bool:
    """Tell whether tasks with this *text* may set variables while they run."""
    return text is None or bool(_SETS.search(text))
