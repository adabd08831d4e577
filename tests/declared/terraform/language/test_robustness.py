"""Whatever stands in a file, it is parsed, or refused in words; nothing else happens."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.hcl import parse, parse_expression, parse_template
from exporter.declared.terraform.language.json_syntax import parse_json
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.values import Value
from exporter.domain.errors import ParseError

SIGNS = list('ab10"{}[]()=:,.+-*/%?!<>&|~$#é \\\n\0')
WORDS = ["==", "=>", "...", "${", "%{", "[*]", ".*", "<<E\n", "\\n", "1e9", "try(", "range("]
NAMES = ["for ", " in ", " if ", "else", "endif", "endfor", "null", "true", "x.y", "join("]
FRAGMENTS = st.lists(st.sampled_from(SIGNS + WORDS + NAMES), max_size=40).map("".join)


@given(FRAGMENTS)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for reader in (parse, parse_template, parse_json):
        with contextlib.suppress(ParseError):
            reader(text, "main.tf")


@given(FRAGMENTS)
def test_any_expression_has_a_value_or_an_unknown_one(text: str) -> None:
    try:
        expression = parse_expression(text, "main.tf")
    except ParseError:
        return

    assert isinstance(evaluate(expression, Scope(budget=Budget(steps=10_000))), Value)
