from collections.abc import Callable

import pytest

from exporter.declared.argocd.selectors import matches, requirements
from exporter.declared.located import LocatedTree
from exporter.domain.errors import ReadError

VALUES = "{env: prod, count: 3, nested: {tier: api}, list: [a], nothing: null}"


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        pytest.param("{}", True, id="empty"),
        pytest.param("matchLabels: {env: prod}", True, id="label"),
        pytest.param("matchLabels: {env: dev}", False, id="other-label"),
        pytest.param("matchLabels: {nested.tier: api, list.0: a}", True, id="flattened"),
        pytest.param("matchLabels: {count: '3', nothing: <nil>}", True, id="printed"),
        pytest.param("matchExpressions: [{key: env, operator: In, values: [a, prod]}]", True),
        pytest.param("matchExpressions: [{key: env, operator: NotIn, values: [prod]}]", False),
        pytest.param("matchExpressions: [{key: env, operator: Exists}]", True),
        pytest.param("matchExpressions: [{key: env, operator: DoesNotExist}]", False),
    ],
)
def test_selectors_choose_parameters(
    locate: Callable[[str], LocatedTree], selector: str, *, expected: bool
) -> None:
    asked = requirements(locate(selector))

    assert matches(asked, locate(VALUES).fields) is expected


@pytest.mark.parametrize(
    "selector",
    [
        "matchExpressions: [{key: env, operator: Equals, values: [a]}]",
        "matchExpressions: [{key: env, operator: In}]",
        "matchExpressions: [{key: env, operator: Exists, values: [a]}]",
        "matchExpressions: [env]",
        "matchLabels: {env: 3}",
        "matchLabels: [env]",
    ],
)
def test_a_malformed_selector_is_an_error(
    locate: Callable[[str], LocatedTree], selector: str
) -> None:
    with pytest.raises(ReadError):
        requirements(locate(selector))
