"""Filters, tests and methods give what Ansible's give, within bounds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.utils import missing

from exporter.declared.ansible.bounded_values import MAX_ITEMS, MAX_TEXT
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.located_data import LocatedMap
from exporter.declared.ansible.templates import Templates


class Values:
    """Variables of a test."""

    def __init__(self, **values: object) -> None:
        self._values = values

    def find(self, name: str) -> object:
        return self._values.get(name, missing)


def evaluate(text: str, **values: object) -> Any:
    templates = Templates()
    return templates.expand(text, templates.scope(Values(**values)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ d | dict2items }}", [{"key": "a", "value": 1}, {"key": "b", "value": 2}]),
        ("{{ d | dict2items('k', 'v') | map(attribute='v') | list }}", [1, 2]),
        ("{{ d | dict2items | items2dict == d }}", True),
        ("{{ d | combine({'b': 3}, {'c': 4}) }}", {"a": 1, "b": 3, "c": 4}),
        ("{{ {'x': d} | combine({'x': {'a': 0}}, recursive=true) }}", {"x": {"a": 0, "b": 2}}),
        ("{{ l | join('-') }}", "a-b-a"),
        ("{{ l | unique }}", ["a", "b"]),
        ("{{ l | union(['c']) }}", ["a", "b", "c"]),
        ("{{ l | difference(['a']) }}", ["b"]),
        ("{{ l | intersect(['a']) }}", ["a"]),
        ("{{ [l, [['c']]] | flatten }}", ["a", "b", "a", "c"]),
        ("{{ [l, [['c']]] | flatten(1) }}", ["a", "b", "a", ["c"]]),
        ("{{ [[1], [2]] | sum(start=[]) }}", [1, 2]),
        ("{{ l | zip([1, 2]) | list }}", [["a", 1], ["b", 2]]),
        ("{{ 'yes' | bool }}{{ 'no' | bool }}{{ 1 | bool }}", "TrueFalseTrue"),
        ("{{ ('yes' | bool) | ternary('x', 'y') }}", "x"),
        ("{{ none | ternary('x', 'y', 'z') }}", "z"),
        ("{{ 'k8s-api-auth' | regex_replace('^k8s-(.*)$', 'node-\\1') }}", "node-api-auth"),
        ("{{ 'a1' | regex_search('[0-9]') }}", "1"),
        ("{{ 'a1' | regex_search('x') }}", None),
        ("{{ 'a1' | regex_search('([a-z])([0-9])', '\\2') }}", ["1"]),
        ("{{ ['n1', 'x'] | select('match', 'n') | list }}", ["n1"]),
        ("{{ 'n1' is search('1') }}", True),
        ("{{ 'a,b' | split(',') }}", ["a", "b"]),
        ("{{ 'a b'.split() | last }}", "b"),
        ("{{ '%s=%02d' | format('a', 3) }}", "a=03"),
        ("{{ '%s=%s' % ('a', 'b') }}", "a=b"),
        ("{{ '[1, 2]' | from_json }}", [1, 2]),
        ("{{ 'a: 1' | from_yaml }}", {"a": 1}),
        ("{{ d | to_json }}", '{"a": 1, "b": 2}'),
        ("{{ '/a/b' | basename }}:{{ '/a/b' | dirname }}", "b:/a"),
        ("{{ 'a b' | quote }}", "'a b'"),
        ("{{ 'a' | extract(d) }}", 1),
        ("{{ 'x' | extract({'x': {'y': 2}}, 'y') }}", 2),
        ("{{ 'x' | mandatory }}", "x"),
        ("{{ 'aXa' | replace('a', 'b') }}", "bXb"),
        ("{{ d.keys() | list }}{{ d.get('z', 9) }}", "['a', 'b']9"),
        (
            "{{ l is contains('a') }}{{ l is superset(['b']) }}{{ ['b'] is subset(l) }}",
            "TrueTrueTrue",
        ),
        ("{{ 'Ab' | lower | upper | string }}", "AB"),
        ("{{ l.index('b') }}", 1),
        ("{{ 'ab'.startswith('a') and 'ab'.upper() == 'AB' }}", True),
        ("{{ d | to_yaml }}", "{a: 1, b: 2}\n"),
        ("{{ {'a': [1]} | to_nice_yaml }}", "a:\n- 1\n"),
        ("{{ 1536 | human_readable }}", "1.50 KB"),
        ("{{ '1.5K' | human_to_bytes }}", 1536),
        ("{{ 'a\nb' | comment }}", "#\n# a\n# b\n#"),
        ("{{ [{'n': 'a'}] | rekey_on_member('n') }}", {"a": {"n": "a"}}),
        ("{{ {'a': [1]} | combine({'a': [1, 2]}, list_merge='append_rp') }}", {"a": [1, 2]}),
        ("{{ {'a': [1]} | combine({'a': [2]}, list_merge='prepend') }}", {"a": [2, 1]}),
        ("{{ '{}-{}'.format(1, 'b') }}{{ '7'.zfill(3) }}", "1-b007"),
        ("{{ 'aXa' | regex_replace('(?i)x', '-') }}", "a-a"),
        ("{{ {'failed': true} is failed }}{{ {'changed': true} is changed }}", "TrueTrue"),
        ("{{ 'http://a' is url }}{{ '/a' is abs }}{{ 'a' is nan }}", "TrueTrueFalse"),
        ("{{ x | default('y') }}{{ x.y.z | default('w') }}", "yw"),
        ("{{ 'a' | ansible.builtin.bool }}", False),
    ],
)
def test_a_filter_gives_what_ansibles_gives(text: str, value: object) -> None:
    assert evaluate(text, d={"a": 1, "b": 2}, l=["a", "b", "a"]) == value


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{{ long | replace('a', long) }}", id="replace"),
        pytest.param("{{ 'ab' | replace('', long) }}", id="replace nothing"),
        pytest.param("{{ [long, long] | join }}", id="join"),
        pytest.param("{{ ''.join([long, long]) }}", id="join as a method"),
        pytest.param("{{ '%s%s' | format(long, long) }}", id="format"),
        pytest.param("{{ '%999999999s' | format(1) }}", id="format by width"),
        pytest.param("{{ '%999999999d' % 1 }}", id="format by operator"),
        pytest.param("{{ '%*d' % (999999999, 1) }}", id="format by argument"),
        pytest.param("{{ many | flatten }}", id="flatten"),
        pytest.param("{{ many | sum(start=[]) }}", id="sum"),
        pytest.param("{{ 'x' | center(999999999) }}", id="center"),
        pytest.param("{{ 'x' | indent(999999999) }}", id="indent"),
        pytest.param("{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' is match('(a+)+$') }}", id="regex"),
        pytest.param("{{ 'aaaa' is match('a*a*a*a*b') }}", id="polynomial regex"),
        pytest.param("{{ long is search('a') }}", id="regex on a long text"),
        pytest.param("{{ 'a' is search('[') }}", id="malformed regex"),
        pytest.param("{{ 'a' | regex_replace('a', '\\9') }}", id="malformed replacement"),
        pytest.param("{{ 'a' | dict2items }}", id="dict2items of a text"),
        pytest.param("{{ {} | combine('x') }}", id="combine with a text"),
        pytest.param("{{ {} | combine({}, list_merge='shuffle') }}", id="list_merge"),
        pytest.param("{{ [[1], [1]] | rekey_on_member('a') }}", id="rekey_on_member of lists"),
        pytest.param("{{ 'x' | zfill(9) }}", id="a method that is no filter"),
        pytest.param("{{ 'x'.zfill(999999999) }}", id="zfill"),
        pytest.param("{{ '{:>999999999}'.format(1) }}", id="format by a width of its own"),
        pytest.param("{{ '{0.__class__}'.format(1) }}", id="format of an attribute"),
        pytest.param("{{ [1] | to_yaml(indent=999) }}", id="to_yaml with an indent"),
        pytest.param("{{ [long, long] | to_yaml }}", id="to_yaml"),
        pytest.param("{{ 'x' | human_to_bytes }}", id="no size"),
        pytest.param("{{ 'x' is failed }}", id="no result of a task"),
        pytest.param("{{ '[' | from_yaml }}", id="no YAML"),
        pytest.param("{{ 'a' | e | regex_escape | from_yaml }}", id="YAML that is escaped"),
        pytest.param("{{ '[' | from_json }}", id="no JSON"),
        pytest.param("{{ nothing | bool }}", id="bool of undefined"),
        pytest.param("{{ nothing | mandatory }}", id="mandatory"),
        pytest.param("{{ 'x' | password_hash }}", id="a filter that is not known"),
        pytest.param("{{ 'x' is version('1', '>') }}", id="a test that is not known"),
    ],
)
def test_what_grows_or_cannot_be_evaluated_is_left_open(text: str) -> None:
    long = "a" * (MAX_TEXT // 2 + 1)
    many = [[1] * (MAX_ITEMS // 2 + 1)] * 2

    with pytest.raises(UnresolvedError):
        evaluate(text, long=long, many=many)


def test_the_items_of_a_mapping_keep_their_lines() -> None:
    mapping = LocatedMap(3, "vars.yml")
    mapping["a"] = {"x": 1}
    mapping.lines["a"] = 7

    (item,) = evaluate("{{ m | dict2items }}", m=mapping)

    assert isinstance(item, LocatedMap)
    assert (item.path, item.line) == ("vars.yml", 7)


def is_plain(text: str) -> bool:
    """Tell whether Ansible takes *text* as it stands, and not for a template."""
    return not any(mark in text for mark in ("{{", "{%", "{#"))


@given(st.dictionaries(st.text(max_size=5).filter(is_plain), st.integers(), max_size=5))
def test_items2dict_undoes_dict2items(mapping: dict[str, int]) -> None:
    assert evaluate("{{ m | dict2items | items2dict }}", m=mapping) == mapping


@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_sets_of_lists_behave_as_sets(left: list[int], right: list[int]) -> None:
    values = {"l": left, "r": right}

    assert set(evaluate("{{ l | union(r) }}", **values)) == {*left, *right}
    assert set(evaluate("{{ l | difference(r) }}", **values)) == {*left} - {*right}
    assert set(evaluate("{{ l | intersect(r) }}", **values)) == {*left} & {*right}


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("a?" * 60 + "a" * 60, id="options"),
        pytest.param("(a|a)" * 30 + "[bc]", id="alternatives"),
        pytest.param("(?x)(a+) +[bc]", id="a flag that hides a repeated group"),
        pytest.param("(a*)(?#)*[bc]", id="a comment that hides a repeated group"),
        pytest.param(r"\\\\*" * 30 + "[bc]", id="repeated backslashes"),
    ],
)
def test_a_regular_expression_that_may_run_away_is_not_tried(pattern: str) -> None:
    with pytest.raises(UnresolvedError, match="too complex"):
        evaluate("{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is match(p) }}", p=pattern)


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        pytest.param("^(api|web)-.*$", True, id="alternatives"),
        pytest.param("api-(?P<n>.+?)$", True, id="a lazy group with a name"),
    ],
)
def test_a_harmless_regular_expression_is_tried(pattern: str, *, matches: bool) -> None:
    assert evaluate("{{ 'api-x' is match(p) }}", p=pattern) is matches
