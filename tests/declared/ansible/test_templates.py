"""Templates are evaluated as Ansible would, and can neither escape nor run away."""

from typing import Any

import pytest
from jinja2.utils import missing

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.located_data import LocatedList, LocatedMap
from exporter.declared.ansible.templates import Budget, ExhaustedError, PlainValue, Templates
from exporter.foreign.yaml import Opaque


class Values:
    """Variables of a test; *asked* are the names that were looked for."""

    def __init__(self, **values: object) -> None:
        self._values = values
        self.asked: list[str] = []

    def find(self, name: str) -> object:
        self.asked.append(name)
        return self._values.get(name, missing)


def evaluate(text: object, **values: object) -> Any:
    templates = Templates()
    return templates.expand(text, templates.scope(Values(**values)))


def holds(condition: object, **values: object) -> bool:
    templates = Templates()
    return templates.holds(condition, templates.scope(Values(**values)))


@pytest.mark.parametrize("condition", ["word", "l | length", "nothing", "{{ word }}"])
def test_what_is_neither_true_nor_false_is_open_as_versions_differ(condition: str) -> None:
    values = Values(word="no", l=["x"], nothing=None)
    strict, before = Templates(), Templates(strict_conditions=False)

    with pytest.raises(UnresolvedError, match=r"2\.19"):
        strict.holds(condition, strict.scope(values))
    found = before.holds(condition, before.scope(values))

    assert found is (condition != "nothing")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        (3, 3),
        ("{{ n }}", 3),
        ("x{{ n }}", "x3"),
        ("{{ a }}", "3!"),
        ("{{ l }}", ["3", 1]),
        ("{{ l[1] }}{{ d.k }}{{ d['k'] }}", "133"),
        ({"{{ n }}": ["{{ n }}"]}, {"{{ n }}": [3]}),
        ("{{ 'a' if n > 2 else 'b' }}", "a"),
        ("{% for i in l %}{{ loop.index }}={{ i }};{% endfor %}", "1=3;2=1;"),
        ("{% for k, v in d.items() %}{{ k }}={{ v }} {% endfor %}", "k=3 "),
        ("{% if n == 3 %}yes{% endif %}", "yes"),
        ("{{ 'a' ~ n ~ true }}", "a3True"),
        ("{{ n + 1 }}{{ n * 2 }}{{ n % 2 }}{{ -n }}", "461-3"),
        ("{{ [1] + [2] }}{{ 'a' + 'b' }}{{ [0] * 2 }}", "[1, 2]ab[0, 0]"),
        ("{{ range(3) | list }}", [0, 1, 2]),
        ("{{ l[0:1] }}", ["3"]),
        ("{% raw %}{{ n }}{% endraw %}", "{{ n }}"),
        ("{{ d.keys() | list }}", ["k"]),
        ("{# nothing #}", None),
        ("x{{ none }}{{ 'a' if false }}y", "xy"),
        ("{{ 'a\\d' }}", "a\\d"),
        ("{{ (1, 2) }}", [1, 2]),
    ],
)
def test_a_template_gives_its_value(text: object, value: object) -> None:
    values = {"n": 3, "a": "{{ n }}!", "l": ["{{ n ~ '' }}", 1], "d": {"k": "{{ n }}"}}

    assert evaluate(text, **values) == value


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (True, True),
        (False, False),
        ("n == 3", True),
        ("n is defined and m is not defined", True),
        ("'x' in l", True),
        ("{{ n > 5 }}", False),
        ("'{{ l[0] }}' == 'x'", True),
        (r"'a3' is match('[a-z]\d')", True),
        ("not (n == 3 or m)", False),
    ],
)
def test_a_condition_holds_or_not(condition: object, expected: bool) -> None:  # noqa: FBT001 - a column
    assert holds(condition, n=3, l=["x"]) is expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{{ m }}", id="undefined"),
        pytest.param("{{ s.__class__ }}", id="a dunder"),
        pytest.param("{{ s['__class__'] }}", id="a dunder as an item"),
        pytest.param("{{ s | attr('__class__') }}", id="a dunder by filter"),
        pytest.param("x {{ [s] | map(attribute='nope') | list }}", id="undefined inside a list"),
        pytest.param("{{ [s] | map(attribute='__class__') | list }}", id="a dunder by map"),
        pytest.param("{{ '{0.real}'.format(1) }}", id="format"),
        pytest.param("{{ self }}", id="self"),
        pytest.param("{{ self.__init__.__globals__ }}", id="self's insides"),
        pytest.param("{{ cycler.__init__ }}", id="Jinja's globals"),
        pytest.param("{{ range.__globals__ }}", id="a function's globals"),
        pytest.param("{{ range }}", id="a function"),
        pytest.param("{{ d.update({1: 2}) }}", id="a change"),
        pytest.param("{{ lookup('pipe', 'touch x') }}", id="a lookup"),
        pytest.param("{{ query('env', 'HOME') }}", id="a query"),
        pytest.param("{% set x = 1 %}", id="set"),
        pytest.param("{% import 'x' as y %}", id="import"),
        pytest.param("{% include '/etc/passwd' %}", id="include"),
        pytest.param("{% macro f() %}{% endmacro %}", id="macro"),
        pytest.param("{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}", id="recursion"),
        pytest.param("{{ 9 ** 999 }}", id="power"),
        pytest.param("{{ 'a' * 999999999 }}", id="repetition"),
        pytest.param("{{ [0] * 999999999 }}", id="repetition of a list"),
        pytest.param("{{ range(999999999) }}", id="range"),
        pytest.param("{{ " + "9999999999 * " * 30 + "9 }}", id="a huge number"),
        pytest.param("{{ " + "9" * 5000 + " }}", id="a huge literal"),
        pytest.param("{{ {} + [] }}", id="a senseless sum"),
        pytest.param("{{ {} * [] }}", id="a senseless product"),
        pytest.param("{{ 1 / 0 }}", id="division by zero"),
        pytest.param("{{ ", id="an open brace"),
        pytest.param("{{ " + "(" * 500 + "1" + ")" * 500 + " }}", id="deep parentheses"),
        pytest.param("{{ " + "not " * 5000 + "1 }}", id="deep negation"),
        pytest.param("{{ s" + ".x" * 20_000 + " }}", id="deep attributes"),
        pytest.param("{{ " + "+".join(["1"] * 20_000) + " }}", id="a long sum"),
        pytest.param("{% if s %}" * 30 + "{% endif %}" * 30, id="deep blocks"),
        pytest.param("{{ " + "1 if s else " * 100 + "1 }}", id="a long choice"),
        pytest.param("{{ s }}" + "x" * 70_000, id="a long template"),
        pytest.param("{% for i in range(9999) %}{{ s * 100 }}{% endfor %}", id="long output"),
        pytest.param("{{ circle }}", id="a circle"),
        pytest.param("{{ laughs }}", id="a billion laughs"),
        pytest.param(Opaque("!vault", 1), id="a vaulted value"),
        pytest.param({"x": {"__ansible_vault": "x"}}, id="a vaulted value in JSON"),
        pytest.param(["{{ m }}"], id="undefined inside"),
    ],
)
def test_what_is_not_harmless_is_left_open(text: object) -> None:
    laughs: dict[str, object] = {"l0": "ha" * 100}
    laughs |= {f"l{n}": f"{{{{ l{n - 1} ~ l{n - 1} }}}}" for n in range(1, 19)}
    values = {"s": "text", "d": {}, "circle": "{{ circle }}", "laughs": "{{ l18 }}", **laughs}

    with pytest.raises(UnresolvedError):
        evaluate(text, **values)


def test_loops_in_loops_share_one_budget() -> None:
    text = "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}"

    templates = Templates(Budget(steps=10_000))

    with pytest.raises(ExhaustedError):
        templates.expand(text, templates.scope(Values()))


def test_time_is_bounded() -> None:
    templates = Templates(Budget(until=0))

    with pytest.raises(ExhaustedError):
        templates.expand("{{ 1 }}", templates.scope(Values()))


def test_values_of_a_variable_are_bounded() -> None:
    with pytest.raises(UnresolvedError, match="more than"):
        evaluate("{{ x }}", x=["{{ 1 }}"] * 60_000)


def test_a_key_goes_before_a_method_that_is_no_method_here() -> None:
    assert (
        evaluate("{{ d.path }}{{ d.line }}", d=LocatedMap(1, "x") | {"path": "p", "line": "l"})
        == "pl"
    )


def test_a_value_that_is_ready_is_not_evaluated_again() -> None:
    assert evaluate("{{ x }}", x=PlainValue("{{ y }}")) == "{{ y }}"


def test_every_variable_is_looked_up_once_and_remembered() -> None:
    templates = Templates()
    values = Values(a="{{ b }}{{ b }}", b="x")
    scope = templates.scope(values)

    assert templates.expand("{{ a }}{{ a }}", scope) == "xxxx"
    assert values.asked == ["a", "b"]
    assert scope.used_names == {"a", "b"}


def test_expanded_collections_keep_their_lines() -> None:
    items = LocatedList(2, "vars.yml")
    mapping = LocatedMap(3, "vars.yml")
    mapping["k"] = "{{ 1 }}"
    mapping.lines["k"] = 4
    items.append(mapping)
    items.lines.append(3)

    value = evaluate("{{ items }}", items=items)

    assert isinstance(value, LocatedList)
    assert (value.path, value.lines) == ("vars.yml", [3])
    assert value[0] == {"k": 1}
    assert value[0].line_of("k") == 4


@pytest.mark.parametrize("condition", [3, None, ["x"], "m", "'"])
def test_a_condition_that_only_a_run_would_tell_is_left_open(condition: object) -> None:
    with pytest.raises(UnresolvedError):
        holds(condition)


def test_a_number_that_is_infinite_is_left_open() -> None:
    with pytest.raises(UnresolvedError, match="NameError"):
        evaluate("{{ 1e999 }}")
