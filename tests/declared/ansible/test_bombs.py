"""Templates that are small and would take for ever, or gigabytes: each is refused at once.

One that is not would delay all declarations of Ansible until its worker is ended.
"""

import contextlib
import resource

import pytest

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.templates import ExhaustedError, Templates
from tests.cost import at_most
from tests.declared.ansible.test_templates import Values

UNITS = 1_000
"""What one may take at the most; the slowest take a tenth of it."""
MEMORY = 64 << 20


def doubled(name: str, of: str = "[1]", times: int = 24) -> dict[str, str]:
    """Return variables, each a list of the one before, eight times."""
    lists = {
        f"{name}{at}": f"{{{{ [{', '.join([f'{name}{at - 1}'] * 8)}] }}}}" for at in range(1, times)
    }
    return {f"{name}0": f"{{{{ {of} }}}}", **lists}


SHARED = {
    **doubled("a"),
    **doubled("b"),
    **doubled("d", "{'k': 1}"),
    **doubled("s", "'x' * 20000"),
    "long": "x" * 60_000,
    "many": list(range(20_000)),
    "maps": [{str(at): at} for at in range(20_000)],
    "lists": [[at] for at in range(20_000)],
    "pair": "{{ [many, many] }}",
}
BOMBS = [
    *("a18 == b18", "a18 != b18", "a18 < b18", "a18 in [b18]", "[a18] == [b18]", "a18 is eq(b18)"),
    *("a18 is in [b18]", "[a18] is contains(b18)", "[a18].index(b18)", "[a18].count(b18)"),
    *("[a18] | select('equalto', b18) | list", "[a18, b18] | sort", "[a18, b18] | max"),
    *("[a18, b18] | unique", "[a18] | difference([b18])", "[a18] | intersect([b18])"),
    *("[a18] is subset([b18])", "a18 | string", "a18 ~ ''", "[a18] | join", "a18 | to_json"),
    *("[a18] | map('string') | list", "[a18] | map('to_json') | list", "a18 | flatten"),
    *("'%s' % [a18]", "'%s' | format(a18)", "a18 | quote", "a18 | bool", "d18 | to_json"),
    *("a18 | replace('a', 'b')", "a18 | regex_replace('a', 'b')", "{'k': a18} == {'k': b18}"),
    *("({'k': a18} | dict2items) == ({'k': b18} | dict2items)", "s12 | join", "[s12] | to_json"),
    "[[[[1] * 20000] * 20000] * 20000] | to_json",
    "([([1] * 20000)] * 20000) == ([([1] * 19999 + [2])] * 20000)",
    "(many | map('extract', {1: a5}) | list) == (many | map('extract', {1: b5}) | list)",
    "[long] * 20000 | join | length",
    "([long] * 20000) | string",
    "1.5 | round(1000000000, 'floor')",
    "1.5 | round(-1000000000, 'ceil')",
    "(2 ** 9)",
    "[many] * 20000 | sum(start=[])",
    "maps * 20 | combine(recursive=true)",
    "[{'k': maps[0]}] * 20000 | combine(recursive=true) | to_json",
    "many | map('string') | map('replace', '1', long) | join",
    "{% for i in range(3000) %}{{ maps | list }}{% endfor %}",
    "{% for i in range(3000) %}{{ many | map('string') | zip(many) | list }}{% endfor %}",
    "{% for i in many %}{% for j in many %}{% if a5 == b5 %}{% endif %}{% endfor %}{% endfor %}",
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_small_template_takes_little(bomb: str) -> None:
    templates = Templates()
    scope = templates.scope(Values(**SHARED))
    before = _most()

    with at_most(UNITS), contextlib.suppress(UnresolvedError, ExhaustedError):
        templates.expand(bomb if "{%" in bomb else f"{{{{ {bomb} }}}}", scope)

    assert _most() - before < MEMORY


def _most() -> int:
    """Return how many bytes this process had at the most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


@pytest.mark.parametrize("bomb", BOMBS[:3])
def test_what_it_would_hold_is_told(bomb: str) -> None:
    templates = Templates()

    with pytest.raises(UnresolvedError, match="more than 500,000 values"):
        templates.expand(f"{{{{ {bomb} }}}}", templates.scope(Values(**SHARED)))
