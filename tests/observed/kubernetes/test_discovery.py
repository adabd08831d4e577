"""What an API server says of its groups; source: Kubernetes API, discovery."""

import json
from typing import Any

import pytest

from exporter.observed.kubernetes.discovery import Served, parse_group, parse_resources
from exporter.observed.kubernetes.errors import WatchError


def resources(*listed: dict[str, Any]) -> bytes:
    return json.dumps({"kind": "APIResourceList", "resources": listed}).encode()


SERVICES = {
    "name": "services",
    "kind": "Service",
    "namespaced": True,
    "verbs": ["get", "list", "watch"],
}


def test_the_preferred_version_comes_first() -> None:
    versions = [{"version": name} for name in ("v1alpha1", "v1beta1", "v1")]
    body = json.dumps({"versions": versions, "preferredVersion": {"version": "v1"}})

    assert parse_group(body.encode()) == ["v1", "v1alpha1", "v1beta1"]


def test_a_kind_is_served_by_the_resource_and_not_by_its_parts() -> None:
    body = resources({**SERVICES, "name": "services/status"}, SERVICES)

    served = parse_resources(body, kind="Service", version="v1")

    assert served == Served(version="v1", plural="services", namespaced=True, listed=True)


@pytest.mark.parametrize("verbs", [[], ["create"], ["list"], ["watch"]])
def test_what_can_only_be_created_cannot_be_looked_at(verbs: list[str]) -> None:
    body = resources({**SERVICES, "verbs": verbs})

    served = parse_resources(body, kind="Service", version="v1")

    assert served is not None
    assert not served.listed


@pytest.mark.parametrize("name", ["", "../../secrets", "a?watch=1", "x" * 64, "Services"])
def test_a_name_that_no_resource_can_have_leads_nowhere(name: str) -> None:
    body = resources({**SERVICES, "name": name})

    assert parse_resources(body, kind="Service", version="v1") is None


def test_a_version_that_none_can_be_called_leads_nowhere() -> None:
    body = b'{"versions": [{"version": "../v1"}, {"version": "v1"}]}'

    assert parse_group(body) == ["v1"]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"versions": 3}', b"\xff", b"[" * 99_999])
def test_what_is_no_discovery_document_is_an_error(body: bytes) -> None:
    with pytest.raises(WatchError):
        parse_group(body)


def test_a_group_without_resources_serves_nothing() -> None:
    assert parse_resources(b'{"resources": null}', kind="Service", version="v1") is None
