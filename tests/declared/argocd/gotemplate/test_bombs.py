"""Templates that are small and would take for ever, or gigabytes: each ends at once, and says so.

They may stand in the checkout, and in ApplicationSets that the cluster has.
"""

import contextlib
import resource

import pytest

from exporter.declared.argocd.gotemplate import UnsupportedError, render
from exporter.domain.errors import ParseError
from tests.cost import at_most

UNITS = 1_000
"""What one may take at the most; the slowest take a tenth of it."""
MEMORY = 128 << 20
LONG = '{{$x := repeat 200000 "a"}}'
MANY = "$x " * 4000
NESTED = "{{$l := list 1 2}}" + "{{$l := list $l $l}}" * 60
BOMBS = {
    "quotes long texts": f"{LONG}{{{{len (quote {MANY})}}}}",
    "quotes them otherwise": f"{LONG}{{{{len (squote {MANY})}}}}",
    "prints them": f'{LONG}{{{{len (printf "{"%s" * 4000}" {MANY})}}}}',
    "prints them quoted": f'{LONG}{{{{len (printf "{"%q" * 4000}" {MANY})}}}}',
    "prints them wide": '{{len (printf "' + "%999s" * 4000 + '" ' + '"a" ' * 4000 + ")}}",
    "encodes them": f"{LONG}{{{{len (toJson (list {MANY}))}}}}",
    "encodes them as YAML": f"{LONG}{{{{len (toYaml (list {MANY}))}}}}",
    "joins them": f"{LONG}{{{{len (join $x (list {MANY}))}}}}",
    "repeats what is repeated": "{{repeat 200000 (repeat 200000 $.a)}}",
    "replaces each letter": f'{LONG}{{{{len (replace "a" $x $x)}}}}',
    "replaces between all letters": f'{LONG}{{{{len (replace "" $x $x)}}}}',
    "indents each line": '{{$x := repeat 100000 "\\n"}}{{len (indent 100000 $x)}}',
    "trims by many letters": f'{LONG}{{{{$y := printf "%sb" $x}}}}{{{{len (trimAll $y $x)}}}}',
    "encodes lists that share their parts": f"{NESTED}{{{{len (toJson $l)}}}}",
    "compares lists that share their parts": f"{NESTED}{{{{eq $l $l}}}}",
    "normalises again and again": LONG + "{{normalize $x}}" * 8000,
    "slugifies again and again": LONG + "{{slugify $x}}" * 8000,
    "measures again and again": LONG + "{{$y := len $x}}" * 12000,
    "searches again and again": LONG + '{{$y := contains "aab" $x}}' * 9000,
    "splits again and again": LONG + '{{$y := split "" $x}}' * 9000,
    "keeps what it makes": LONG + "".join(f"{{{{$v{at} := upper $x}}}}" for at in range(9000)),
    "counts without end": "{{$n := 1}}" + "{{$n := add $n $n}}" * 12000 + "{{$n}}",
    "loops in loops": "{{range $.many}}{{range $.many}}{{range $.many}}x{{end}}{{end}}{{end}}",
    "loops in silence": "{{range $.many}}{{range $.many}}{{range $.many}}{{end}}{{end}}{{end}}",
    "loops beside many variables": "".join(f"{{{{$v{at} := 1}}}}" for at in range(9000))
    + "{{range $.many}}{{range $.many}}{{if 1}}{{end}}{{end}}{{end}}",
    "nests": "{{if 1}}" * 20000,
    "nests brackets": "{{" + "(" * 50000 + "}}",
    "pipes": "{{1" + " | add1" * 30000 + "}}",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_small_template_takes_little(bomb: str) -> None:
    values = {"a": "a", "many": list(range(5_000))}
    before = _most()

    with at_most(UNITS), contextlib.suppress(ParseError, UnsupportedError):
        render(bomb, values)

    assert _most() - before < MEMORY


def _most() -> int:
    """Return how many bytes this process had at the most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def test_whole_numbers_wrap_around_as_they_do_in_go() -> None:
    text = "{{$n := 1}}" + "{{$n = add $n $n}}" * 63 + "{{$n}} {{sub $n 1}}"

    assert render(text.replace("$n =", "$n :="), {}) == f"{-(2**63)} {2**63 - 1}"
