from typing import Any

import msgspec
import pytest

from exporter.domain.services import Endpoints, ObservedEndpoints
from exporter.observed.collection import Collection
from exporter.observed.kinds.endpoint_slice import KIND, build
from exporter.observed.odd import OddObjectError


def raw(
    name: str, service: str = "web", ready: str = "", *, namespace: str = "shop"
) -> dict[str, Any]:
    """Return an EndpointSlice with an endpoint for each letter of *ready*: y or n."""
    metadata: dict[str, Any] = {"name": name, "namespace": namespace}
    if service:
        metadata["labels"] = {"kubernetes.io/service-name": service}
    endpoints = [{"addresses": ["10.0.0.1"], "conditions": {"ready": one == "y"}} for one in ready]
    return {"metadata": metadata, "endpoints": endpoints}


def folded(*slices: dict[str, Any]) -> ObservedEndpoints:
    collection = Collection(KIND)
    for one in slices:
        collection.put(msgspec.json.encode(one))
    return build([collection.fold.contents()], frozenset())


def test_endpoints_of_all_slices_of_a_service_are_counted() -> None:
    found = folded(raw("web-1", "web", "yn"), raw("web-2", "web", "y"), raw("x-1", "x"))

    assert found.of("shop", "web") == Endpoints(ready=2, total=3)
    assert found.of("shop", "x") == Endpoints(0, 0)


def test_a_service_of_another_namespace_is_another() -> None:
    found = folded(raw("web-1", "web", "y", namespace="other"))

    assert found.of("shop", "web") == Endpoints()
    assert found.of("other", "web") == Endpoints(1, 1)


@pytest.mark.parametrize("conditions", [{}, {"conditions": {}}, {"conditions": {"ready": None}}])
def test_an_endpoint_that_does_not_tell_is_ready(conditions: dict[str, Any]) -> None:
    part = {**raw("web-1"), "endpoints": [{"addresses": ["10.0.0.1"], **conditions}]}

    assert folded(part).of("shop", "web") == Endpoints(1, 1)


def test_a_slice_of_no_service_is_of_none() -> None:
    assert folded(raw("web-1", "", "y")).of("shop", "web") == Endpoints()


def test_the_same_numbers_are_one_value() -> None:
    first, second = folded(raw("a-1", "a", "y")), folded(raw("a-1", "a", "y"))

    assert first.of("shop", "a") is second.of("shop", "a")


def test_a_slice_that_cannot_be_read_hides_endpoints_of_its_namespace_only() -> None:
    collection = Collection(KIND)

    with pytest.raises(OddObjectError):
        collection.put(msgspec.json.encode({**raw("web-1"), "endpoints": "none"}))
    found = build([collection.fold.contents()], frozenset())

    assert found.has_gaps
    assert found.hidden("shop") is not None
    assert found.hidden("other") is None
