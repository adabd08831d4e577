"""The simulated controllers write into a status what real ones wrote."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.trust import cluster, objects
from tests.trust.cluster import Cluster
from tests.trust.lab import STEP
from tests.trust.objects import Object
from tests.trust.transitions import (
    REPLICAS,
    STEPS,
    conditions,
    ended,
    fields,
    lasting,
    recorded,
    shown,
    within,
    workload,
)
from tests.trust.workloads import CONTROLLERS

LEFT_OUT = {"collisionCount", "terminatingReplicas"}
"""Fields that nothing reads here: simulated pods are gone at once."""
MOST = 400
KIND_AND_STEP = [(kind, step) for kind, steps in STEPS.items() for step in steps]


@pytest.fixture(scope="module")
def simulated() -> dict[str, dict[str, list[Object]]]:
    """What the simulated controllers write, by kind and step."""
    return {kind: simulate(kind) for kind in STEPS}


def simulate(kind: str) -> dict[str, list[Object]]:
    own = Cluster(datetime(2026, 1, 1, tzinfo=UTC))
    for number in range(REPLICAS):
        own.put(objects.node(f"node-{number}", now=own.now, labels={}, version="v1.36.0"))
    return {step: list(go_through(own, kind, step)) for step in STEPS[kind]}


def go_through(own: Cluster, kind: str, step: str) -> Iterator[Object]:
    """Roll out a step, and yield each status until its end."""
    content = workload(kind, step, namespace="shop", deadline=600)
    owner = own.find(kind, "app", "shop")
    if owner is None:
        owner = own.put(content)
    else:
        owner["spec"] = content["spec"]
        own.touch(owner)
    yield shown(owner)
    for _ in range(MOST):
        for _ in go_on(own):
            yield shown(owner)
        if ended(kind, step, shown(owner)):
            return
    pytest.fail(f"{kind} {step} has no end: {shown(owner)}")


def go_on(own: Cluster) -> Iterator[None]:
    """Let time pass, and stop whenever something could have been written.

    Kubelets are not in step: controllers act after each pod of which one says something.
    """
    own.now += STEP
    yield from control(own)
    cluster.schedule(own)
    for pod in own.of("Pod"):
        host = own.get("Node", pod["spec"]["nodeName"])
        objects.run(pod, now=own.now, host=host, behaviour=own.behaviour(pod))
        yield from control(own)


def control(own: Cluster) -> Iterator[None]:
    for controller in CONTROLLERS:
        controller(own)
        yield


@pytest.mark.parametrize(("kind", "step"), KIND_AND_STEP)
def test_the_simulated_rollout_goes_through_the_states_of_a_real_one(
    kind: str, step: str, simulated: dict[str, dict[str, list[Object]]]
) -> None:
    assert lasting(kind, simulated[kind][step]) == lasting(kind, recorded()[kind][step])


@pytest.mark.parametrize(("kind", "step"), KIND_AND_STEP)
def test_conditions_that_real_controllers_wrote_come_in_their_order(
    kind: str, step: str, simulated: dict[str, dict[str, list[Object]]]
) -> None:
    own, real = conditions(simulated[kind][step]), conditions(recorded()[kind][step])

    assert own.keys() == real.keys()
    assert all(within(real[name], own[name]) for name in real), (own, real)


@pytest.mark.parametrize("kind", STEPS)
def test_no_condition_or_field_is_written_that_real_controllers_do_not_write(
    kind: str, simulated: dict[str, dict[str, list[Object]]]
) -> None:
    own = [one for step in simulated[kind].values() for one in step]
    real = [one for step in recorded()[kind].values() for one in step]

    assert {name: set(own) for name, own in conditions(own).items()} == {
        name: set(real) for name, real in conditions(real).items()
    }
    assert fields(own) == fields(real) - LEFT_OUT
