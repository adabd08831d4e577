"""Expressions that are small and would take for ever, or gigabytes: each ends soon, and says so.

One that does not would delay all declarations of Terraform until its worker is ended.
"""

import resource
from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.language import budget as budgets
from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.hcl import parse_expression
from exporter.declared.terraform.language.referenced_files import ReferencedFiles
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.values import Items, Object, Origin, Unknown, Value
from tests.cost import at_most

UNITS = 1_000
"""What one may take at the most with a tenth of the steps; the slowest take a tenth of it."""
MEMORY = 128 << 20
AT = Origin("main.tf", 1)


def doubled(times: int, first: Value | None = None) -> Value:
    """Return a list that holds the one before it twice, and so on."""
    value = first or Value(Items(), AT)
    for _ in range(times):
        value = Value(Items([value, value]), AT)
    return value


def mapped(times: int) -> Value:
    value = Value("x", AT)
    for _ in range(times):
        value = Value(Object({"a": value, "b": value}), AT)
    return value


NAMES = {
    "a": doubled(60),
    "b": doubled(60),
    "shallow": doubled(14, Value("x", AT)),
    "m": mapped(60),
    "n": mapped(60),
    "long": Value("x" * 1_000_000, AT),
    "accents": Value("\u0301" * 60_000, AT),
    "digits": Value("1" * 60_000, AT),
    "commas": Value("," * 1_000_000, AT),
    "many": Value(Items(Value(str(at), AT) for at in range(20_000)), AT),
    "wide": Value(Object({str(at): Value("x", AT) for at in range(20_000)}), AT),
    "json": Value("[" + "1," * 100_000 + "1]", AT),
    "hidden": Value(Unknown("it", "is not known"), AT),
}
TEXTS = ", ".join(["long"] * 1000)
BOMBS = {
    "flattens lists that share their parts": "flatten(a)",
    "flattens a tree that is not empty": "flatten(shallow)",
    "compares such lists": "a == b",
    "compares such maps": "m != n",
    "looks for one": "contains([a, a], b)",
    "finds one": "index([for i in many : a], b)",
    "makes a set of them": "toset([a, b])",
    "keeps the distinct ones": "distinct([a, b])",
    "unites them": "setunion([a], [b])",
    "takes some away": "setsubtract([a], [b])",
    "encodes them": "jsonencode(a)",
    "encodes maps": "jsonencode(m)",
    "adds fractions": "sum([for i in range(1024) : 1 / (i + 7)])",
    "adds them again and again": "[for i in many : sum([for j in range(1024) : 1 / (j + 7)])]",
    "formats long texts": f'length(format("{"%s" * 1000}", {TEXTS}))',
    "formats wide": f'format("{"%999s" * 3000}", {", ".join(["1"] * 3000)})',
    "formats lists of long texts": 'formatlist("%s", [for i in many : long])',
    "encodes long texts": f"jsonencode([{TEXTS}])",
    "joins long texts": "join(long, [for i in many : long])",
    "multiplies by replacing": 'replace(long, "x", long)',
    "splits again and again": '[for i in many : split(",", commas)]',
    "splits into letters": '[for i in many : split("", long)]',
    "searches again and again": "[for i in many : strcontains(long, long)]",
    "trims by many letters": 'trim(long, replace(long, "x", "ab"))',
    "decodes again and again": "[for i in many : jsondecode(json)]",
    "decodes as YAML": "[for i in many : yamldecode(json)]",
    "multiplies sets": "setproduct(many, many, many)",
    "merges what is hidden": f"merge({', '.join(['wide, hidden'] * 2000)})",
    "hides pairs again and again": "{"
    + "\n".join(f"(hidden) = 1\nk{at} = 1" for at in range(5_000))
    + "}",
    "loops in loops": "[for i in many : [for j in many : [for k in many : k]]]",
    "loops over names that are many": "[for i in many : i == many]",
    "sorts again and again": "[for i in many : sort(many)]",
    "reverses again and again": "[for i in many : reverse(many)]",
    "indents": 'indent(100, replace(substr(long, 0, 100000), "x", "\\n"))',
    "makes lists of lists that share their parts": "chunklist(tolist(a), 2)",
    "makes maps of them": "tomap({a = m, b = n})",
    "makes maps again and again": "[for i in many : tomap({a = many, b = many})]",
    "matches many groups": 'regexall(join("", [for i in range(990) : "()"]), long)',
    "matches again and again": '[for i in many : regexall("(.*)*x", 1e300)]',
    "compiles again and again": '[for i in many : regexall("(((x?){9}){9}){9}${i}", "x")]',
    "composes again and again": "[for i in many : strrev(accents)]",
    "adds a duration of very many digits": 'timeadd("2020-01-01T00:00:00Z", "${digits}s")',
    "raises in vain": "1e99 * 1e99 * 1e99",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_small_expression_takes_little(bomb: str, tmp_path: Path) -> None:
    budget = Budget(steps=budgets.MAX_STEPS // 10)
    scope = Scope(
        budget=budget,
        texts=ReferencedFiles(Checkout.at(tmp_path), "", budget),
        bindings=NAMES,
    )
    expression = parse_expression(bomb, "main.tf")
    before = _most()

    with at_most(UNITS):
        evaluate(expression, scope)

    assert _most() - before < MEMORY


def _most() -> int:
    """Return how many bytes this process had at the most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def test_what_hides_pairs_hides_those_before_it() -> None:
    scope = Scope(budget=Budget(), bindings=NAMES)

    value = evaluate(parse_expression("{a = 1, (hidden) = 2, b = 3}", "main.tf"), scope)

    assert isinstance(value.data, Object)
    assert isinstance(value.data["a"].data, Unknown)
    assert value.data["b"].data == 3
    assert value.data.rest is not None
