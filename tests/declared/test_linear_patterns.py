"""Our own patterns read a text once: none begins anew at each letter of one that is made for it."""

import importlib
import re

import pytest

from tests.cost import at_most

LENGTH = 40_000
UNITS = 30
"""What each may take; going over the text from each of its letters takes a hundred times that."""
_ANSIBLE = "exporter.declared.ansible"
_ARGOCD = "exporter.declared.argocd"
_DATES = "exporter.declared.terraform.language.functions.dates"
PATTERNS = [
    (f"{_ANSIBLE}.host_variables._VALUES", "search", "-"),
    (f"{_ANSIBLE}.host_variables._VALUES", "search", "--a"),
    (f"{_ANSIBLE}.include_candidates._TEMPLATE", "search", "{{"),
    (f"{_ANSIBLE}.include_candidates._TEMPLATE", "search", "{%"),
    (f"{_ARGOCD}.cluster_generator._IN_SECRETS", "search", "{{"),
    (f"{_ARGOCD}.cluster_generator._IN_SECRETS", "search", "{{ a"),
    (f"{_ARGOCD}.estimates._WORD", "search", ":"),
    ("exporter.declared.helm.run._AT", "search", "."),
    ("exporter.declared.helm.run._AT", "search", "a.yaml"),
    ("exporter.declared.repository._HOST", "match", "a@"),
    ("exporter.declared.survey.applications._TEMPLATED", "search", "{{"),
    (f"{_DATES}._DURATION", "fullmatch", "1"),
    (f"{_DATES}._DURATION", "fullmatch", "1h"),
    (f"{_DATES}._PART", "match", "1"),
]


@pytest.mark.parametrize(("name", "method", "unit"), PATTERNS)
def test_a_long_text_is_gone_over_once(name: str, method: str, unit: str) -> None:
    module, _, variable = name.rpartition(".")
    pattern: re.Pattern[str] = getattr(importlib.import_module(module), variable)
    text = unit * (LENGTH // len(unit)) + "\0"

    with at_most(UNITS):
        getattr(pattern, method)(text)
