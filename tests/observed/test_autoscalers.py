from typing import Any

import msgspec
import pytest

from exporter.domain.declaration import WorkloadKey
from exporter.observed.autoscalers import Scaling, bounds
from exporter.observed.kinds import horizontal_pod_autoscaler, scaled_object

SCAN = WorkloadKey("api", "Deployment", "scan-api")
METADATA = {"name": "scan", "namespace": "api"}


def hpa(**spec: Any) -> Scaling:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "scan-api"}
    content = {"metadata": METADATA, "spec": {"scaleTargetRef": target, **spec}}
    return horizontal_pod_autoscaler.scaling(
        msgspec.convert(content, horizontal_pod_autoscaler.HorizontalPodAutoscalerRecord)
    )


def keda(**spec: Any) -> Scaling:
    content = {"metadata": METADATA, "spec": {"scaleTargetRef": {"name": "scan-api"}, **spec}}
    return scaled_object.scaling(msgspec.convert(content, scaled_object.ScaledObjectRecord))


@pytest.mark.parametrize(
    ("scaling", "limits"),
    [
        pytest.param(hpa(minReplicas=3, maxReplicas=10), (3, 10), id="HPA"),
        pytest.param(hpa(maxReplicas=10), (1, 10), id="HPA without a minimum"),
        pytest.param(hpa(minReplicas=0, maxReplicas=10), (0, 10), id="HPA down to zero"),
        pytest.param(keda(minReplicaCount=2, maxReplicaCount=5), (2, 5), id="KEDA"),
        pytest.param(keda(), (0, 100), id="KEDA's defaults"),
        pytest.param(keda(idleReplicaCount=0, minReplicaCount=3), (0, 100), id="KEDA when idle"),
    ],
)
def test_an_autoscaler_bounds_its_target(scaling: Scaling, limits: tuple[int, int]) -> None:
    assert bounds([scaling]) == {SCAN: limits}


def test_the_autoscaler_that_keda_makes_does_not_narrow_its_bounds() -> None:
    made_by_keda = hpa(minReplicas=1, maxReplicas=20)
    own = keda(minReplicaCount=0, maxReplicaCount=20)

    assert bounds([made_by_keda, own]) == bounds([own, made_by_keda]) == {SCAN: (0, 20)}


def test_no_autoscaler_bounds_nothing() -> None:
    assert bounds([]) == {}
