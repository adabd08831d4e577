"""Rollouts of Argo that take their template of pods from another workload.

Source: Argo Rollouts, specification, ``workloadRef`` (``argoproj.io/v1alpha1``).
"""

from typing import Final

from exporter.domain.declaration import WorkloadKey
from exporter.domain.json import JsonObject, as_object, as_text, dig

ROLLOUT: Final = "Rollout"
ROLLOUTS: Final = "argoproj.io"
"""Their API group."""
TEMPLATE: Final = "/spec/template"
REFERENCE: Final = "workloadRef"


def referred_workload(key: WorkloadKey, manifest: JsonObject) -> WorkloadKey:
    """Return the workload whose template the Rollout *key* takes; one without a name for none."""
    reference = as_object(dig(manifest, "spec", REFERENCE))
    kind, name = as_text(reference.get("kind")), as_text(reference.get("name"))
    return WorkloadKey(key.namespace, kind, name)


def with_template(manifest: JsonObject, other: JsonObject) -> JsonObject:
    """Return a Rollout's *manifest* with the template of the *other* workload's."""
    spec = as_object(manifest.get("spec"))
    return {**manifest, "spec": {**spec, "template": dig(other, "spec", "template")}}
