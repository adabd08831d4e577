"""The names that kinds go by in a dump: those of objects, and those of files."""

import re

from exporter.observed.kinds import KINDS, KindSpec

_BY_KIND = {kind.kind: kind for kind in KINDS}
_BY_NAME = {
    name: kind for kind in KINDS for name in (*kind.short_names, kind.kind.lower(), kind.plural)
}
_PASSED_OVER = (
    "appprojects cm clusterrolebindings clusterroles configmaps "
    "controllerrevisions crd crds cronjobs csinodes customresourcedefinitions endpoints "
    "events ing ingress ingresses ingressclasses jobs leases limitranges "
    "namespaces networkpolicies ns pdb persistentvolumeclaims persistentvolumes "
    "poddisruptionbudgets podtemplates priorityclasses pv pvc replicasets "
    "replicationcontrollers resourcequotas rolebindings roles rs sa sc secrets service "
    "serviceaccounts services storageclasses svc validatingwebhookconfigurations "
    "volumeattachments "
)
_OTHERS = frozenset(_PASSED_OVER.split())
_SEPARATORS = re.compile(r"[,+_\s-]+")


def identify(kind: str, api_version: str) -> KindSpec | None:
    """Return the kind of an object, or None where facts are not made of it.

    The group counts: an ``Application`` of another group is none of Argo CD's. An object that
    names no group is taken by its kind.
    """
    known = _BY_KIND.get(kind)
    if known is None or not api_version:
        return known
    group = api_version.rpartition("/")[0]
    return known if group in {known.group, *known.former_groups} else None


def named_in(stem: str) -> frozenset[KindSpec] | None:
    """Return the kinds that a file's name, without its ending, says it holds.

    The name counts where all its parts are names of resources as kubectl takes them
    (``nodes``, ``deploy,sts``, ``applications.argoproj.io``); numbers are passed over. None
    where the name says nothing; empty where it names other kinds only.
    """
    if stem.replace("-", "").lower() in _OTHERS:
        return frozenset()
    names = _parts(stem)
    if not names or not all(name in _BY_NAME or name in _OTHERS for name in names):
        return None
    return frozenset(_BY_NAME[name] for name in names if name in _BY_NAME)


def names_in(stem: str) -> frozenset[str]:
    """Return the names of resources that a file's name, without its ending, is made of.

    Empty where it may be made of other words, too: names that are not known here stand alone.
    """
    names = _parts(stem)
    if len(names) > 1 and not all(name in _BY_NAME or name in _OTHERS for name in names):
        return frozenset()
    return names


def _parts(stem: str) -> frozenset[str]:
    parts = (part for part in _SEPARATORS.split(stem.lower()) if part and not part.isdigit())
    return frozenset(part.partition(".")[0] for part in parts)
