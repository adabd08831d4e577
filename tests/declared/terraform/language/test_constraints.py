from collections.abc import Callable

import pytest

from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.comparison import equal
from exporter.declared.terraform.language.constraints import convert
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.hcl import parse_expression
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.values import NotKnownError, Value

ValueOf = Callable[..., Value]


def converted(value: Value, constraint: str) -> Value:
    scope = Scope(budget=Budget())
    kind = parse_expression(constraint, "variables.tf")
    return convert(value, kind, lambda default: evaluate(default, scope))


@pytest.mark.parametrize(
    ("text", "constraint", "same_as"),
    [
        pytest.param("1", "string", '"1"', id="string"),
        pytest.param('"1"', "number", "1", id="number"),
        pytest.param('"true"', "bool", "true", id="bool"),
        pytest.param("[1]", "any", "[1]", id="any"),
        pytest.param("null", "string", "null", id="null"),
        pytest.param('["b", "a", "b"]', "set(string)", 'toset(["a", "b"])', id="set"),
        pytest.param("[1]", "list(string)", 'tolist(["1"])', id="list"),
        pytest.param("{a = 1}", "map(string)", 'tomap({a = "1"})', id="map"),
        pytest.param(
            '{workers = 2, kind = "cx22"}',
            "map(any)",
            'tomap({workers = "2", kind = "cx22"})',
            id="any-is-one-type",
        ),
        pytest.param("[1, 2]", "tuple([string, number])", '["1", 2]', id="tuple"),
        pytest.param("{a = 1, z = 2}", "object({a = string})", '{a = "1"}', id="object"),
        pytest.param("{}", "object({a = optional(number, 3)})", "{a = 3}", id="default"),
        pytest.param("{}", "object({a = optional(number)})", "{a = tonumber(null)}", id="optional"),
        pytest.param(
            "{n = {x = {}}}",
            'object({n = map(object({role = optional(string, "w")}))})',
            '{n = tomap({x = {role = "w"}})}',
            id="nested-defaults",
        ),
    ],
)
def test_values_take_the_type_of_their_variable(
    value_of: ValueOf, text: str, constraint: str, same_as: str
) -> None:
    value = converted(value_of(text), constraint)

    assert equal(value, value_of(same_as))


@pytest.mark.parametrize(
    ("text", "constraint"),
    [
        pytest.param("[1]", "string", id="list-for-string"),
        pytest.param("1", "list(string)", id="number-for-list"),
        pytest.param("1", "map(string)", id="number-for-map"),
        pytest.param("{}", "object({a = string})", id="attribute-missing"),
        pytest.param("[1]", "tuple([string, string])", id="tuple-length"),
        pytest.param("{}", "object(string)", id="object-of-no-attributes"),
        pytest.param("1", "1 + 2", id="no-type"),
    ],
)
def test_a_value_of_another_type_is_refused(value_of: ValueOf, text: str, constraint: str) -> None:
    with pytest.raises(NotKnownError):
        converted(value_of(text), constraint)


def test_what_is_unknown_stays_so(value_of: ValueOf) -> None:
    value = value_of("x.y")

    assert converted(value, "list(string)").data is value.data
