"""Rollouts of Argo whose template of pods another declared workload has."""

from collections.abc import Mapping
from dataclasses import replace

from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.rollouts import ROLLOUT, TEMPLATE, referred_workload, with_template


def with_templates(
    workloads: Mapping[WorkloadKey, DeclaredWorkload],
) -> Mapping[WorkloadKey, DeclaredWorkload]:
    """Return *workloads*, of which those that refer to another one have its template of pods.

    It is compared where it is declared, once.
    """
    rollouts = [one for key, one in workloads.items() if key.kind == ROLLOUT]
    merged = {
        one.key: _merged(one, other)
        for one in rollouts
        if (other := workloads.get(referred_workload(one.key, one.manifest))) is not None
    }
    return {**workloads, **merged} if merged else workloads


def _merged(rollout: DeclaredWorkload, other: DeclaredWorkload) -> DeclaredWorkload:
    template = {
        pointer: place for pointer, place in other.places.items() if pointer.startswith(TEMPLATE)
    }
    return replace(
        rollout,
        manifest=with_template(rollout.manifest, other.manifest),
        places={**template, **rollout.places},
        ignored=(*rollout.ignored, TEMPLATE),
        unknown=rollout.unknown or other.unknown,
    )
