"""What of an object goes into a dump, whatever it looks like."""

import json

import pytest
from msgspec import Raw

from exporter.domain.fingerprint import MASKED
from exporter.observed.dump.objects import Kept


def masked(env: object) -> object:
    """Return the environment of a pod's container as a dump with masked values has it."""
    pod = {"spec": {"containers": [{"env": env}]}}
    content = json.loads(Kept("Pod", mask=True).of(Raw(json.dumps(pod).encode())))
    return content["spec"]["containers"][0]["env"]


def test_the_values_of_an_environment_are_masked() -> None:
    assert masked([{"name": "A", "value": "b"}, {"name": "C"}]) == [
        {"name": "A", "value": MASKED},
        {"name": "C"},
    ]


def test_so_are_those_of_a_custom_resource_that_has_them_by_name() -> None:
    assert masked({"A": "b", "C": {"from": "d"}}) == {"A": MASKED, "C": MASKED}


@pytest.mark.parametrize("env", [None, True, 1, "text", {}, [1, None]])
def test_an_environment_that_is_none_is_kept_as_it_came(env: object) -> None:
    assert masked(env) == env
