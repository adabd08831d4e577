"""Random expressions and conditions as playbooks have them, over the variables of the oracle."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

_TEXTS: Final = (
    *("name", "spaced", "mixed", "digits", "word_true", "word_yes", "empty", "path", "text"),
    *("templated", "users[0].name", "labels.tier", "labels['zone']", "names[0]", "defaults.tier"),
    *("'a'", "'A-b_c'", '"x y"', "'yes'", "'1.5'", "'true '", "'10'", "'w12'", "''", "nothing"),
)
_NUMBERS: Final = (
    *("size", "zero", "ratio", "negative", "numbers[0]", "templated_number", "users[0].age"),
    *("1", "2", "0", "10", "3.5", "-1", "numbers | length", "defaults.pool.size"),
)
_LISTS: Final = (
    *("numbers", "names", "texts", "nested", "mixture", "none", "templated_list", "[1, 'b', 2.5]"),
    *("users | map(attribute='name') | list", "range(3) | list", "labels.keys() | list"),
    *("text.split(',')", "users | map(attribute='age') | list", "['b', 'a', 'B']"),
)
_MAPS: Final = (
    *("labels", "defaults", "more", "no_keys", "users[1]", "{'a': 1, 'b': 'x'}"),
    *("defaults.pool", "templated_map"),
)
_BOOLS: Final = (
    *("enabled", "disabled", "true", "false", "True", "users[0].active", "nothing", "word_true"),
)
_ANY: Final = (*_TEXTS, *_NUMBERS, *_LISTS, *_MAPS, *_BOOLS, "missing", "labels.missing", "omit")
_OF_TEXT: Final = (
    *("upper", "lower", "title", "capitalize", "trim", "length", "bool", "int", "float", "list"),
    *("string", "quote", "basename", "dirname", "b64encode", "urlencode", "hash('sha1')"),
    *("hash('md5')", "hash", "checksum", "to_json", "from_yaml", "split", "split('-')", "first"),
    *("split(',', 1)", "replace('o', '0')", "regex_replace('[ -]+', '_')", "splitext", "reverse"),
    *("regex_replace('^(\\w+)-(\\w+)$', '\\2.\\1')", "regex_search('[a-z]+')", "regex_escape"),
    *("regex_search('(\\w)(\\w)', '\\1', '\\2')", "regex_findall('\\w')", "last", "sort", "unique"),
    *("regex_replace('\\d', '')", "regex_replace('(?i)A', 'x')", "default('d')", "comment"),
    *("ternary('y', 'n')", "default('d', true)", "to_nice_json", "truncate(5)", "wordcount"),
    *("b64encode | b64decode", "center(12)", "indent(2)", "type_debug", "human_readable", "e"),
    *("ljust(4)", "human_to_bytes", "version('1.2', '>=')", "lower | title", "escape", "d('x')"),
    *("urlsplit('path')", "win_basename", "regex_replace('a', '\\\\')", "format(1)"),
)
_OF_NUMBER: Final = (
    *("abs", "int", "float", "string", "round", "round(1)", "round(0, 'floor')", "bool", "to_json"),
    *(
        "default(7)",
        "default(7, true)",
        "ternary('y', 'n')",
        "pow(2)",
        "root",
        "log",
        "human_readable",
    ),
    *(
        "length",
        "upper",
        "round(1, 'ceil')",
        "to_yaml",
        "type_debug",
        "list",
        "min",
        "filesizeformat",
    ),
)
_OF_LIST: Final = (
    *("length", "count", "first", "last", "min", "max", "sum", "sort", "unique", "list", "reverse"),
    *("join", "join(',')", "join('-') | upper", "flatten", "flatten(1)", "sort(reverse=true)"),
    *("flatten(levels=1)", "map('string') | list", "map('upper') | list", "map('int') | list"),
    *(
        "select | list",
        "reject('none') | list",
        "select('match', '^w') | list",
        "to_json",
        "string",
    ),
    *(
        "select('defined') | list",
        "reject('equalto', 1) | list",
        "select('gt', 1) | list",
        "sum(start=1)",
    ),
    *(
        "zip([1, 2, 3]) | list",
        "product([1, 2]) | list",
        "combinations(2) | list",
        "batch(2) | list",
    ),
    *("permutations(2) | list", "slice(2) | list", "default([])", "length | string"),
    *("union([1, 9])", "difference(numbers)", "intersect(names)", "symmetric_difference([1, 'a'])"),
    *(
        "map('regex_replace', '^', 'x') | list",
        "sort(case_sensitive=true)",
        "unique(case_sensitive=true)",
    ),
    *("map('default', 'd') | list", "reverse | list", "zip_longest([1], fillvalue='f') | list"),
    *("reverse | first", "join(', ') | trim", "last | string", "to_yaml", "to_nice_yaml", "tojson"),
    *(
        "unique | sort | join",
        "ternary('y', 'n')",
        "bool",
        "type_debug",
        "from_json",
        "max | string",
    ),
    *("map('length') | list", "map('bool') | list", "groupby('x')", "select('string') | list"),
    *("select('number') | list", "index(1)", "map('quote') | join(' ')", "sort(false, true)"),
)
_OF_MAP: Final = (
    *("dict2items", "dict2items | map(attribute='key') | list", "items | list", "list", "length"),
    *("dictsort", "dict2items(key_name='k')", "combine(more)", "combine(more, recursive=true)"),
    *("combine({'tier': 'x'}, {'n': 1})", "dict2items | items2dict", "to_json", "string", "first"),
    *("default({})", "json_query('a')", "keys | list", "tojson", "to_nice_json", "sort", "to_yaml"),
    *("combine(labels, defaults, recursive=true)", "dict2items | selectattr('value') | list"),
    *(
        "dictsort(false, 'value')",
        "dictsort(reverse=true)",
        "type_debug",
        "bool",
        "dict2items | length",
    ),
    *("combine(more, list_merge='append')", "to_nice_yaml", "map('upper') | list", "join(',')"),
    *("combine([more, labels])", "xmlattr", "pprint", "urlencode", "default(1) | string"),
)
_OF_USERS: Final = (
    *(
        "map(attribute='name') | list",
        "selectattr('active', 'defined') | map(attribute='name') | list",
    ),
    *("selectattr('age', 'equalto', 30) | list", "rejectattr('active', 'defined') | list | length"),
    *("selectattr('groups') | map(attribute='name') | join(',')", "sum(attribute='age')"),
    *("sort(attribute='name') | map(attribute='name') | list", "groupby('age') | list"),
    *(
        "sort(attribute='age,name') | map(attribute='name') | list",
        "map(attribute='active', default=false) | list",
    ),
    *(
        "subelements('groups')",
        "subelements('groups') | map('first') | map(attribute='name') | list",
    ),
    *("items2dict(key_name='name', value_name='age')", "map('dict2items') | list | length"),
    *("max(attribute='age')", "min(attribute='name')", "unique(attribute='age') | list | length"),
    *(
        "map(attribute='groups') | flatten | unique",
        "map('combine', {'x': 1}) | list",
        "rekey_on_member('name')",
    ),
    *("map('extract', {'a': 1}) | list", "selectattr('name', 'match', '^a') | list", "first"),
    *(
        "selectattr('age', '>', 10) | list | count",
        "map(attribute='groups.0') | list",
        "community.general.json_query('[*].name')",
    ),
    *(
        "map(attribute='nope') | list",
        "selectattr('nope', 'undefined') | list | length",
        "last | dict2items",
    ),
    *("map(attribute='groups') | map('length') | sum", "zip(names) | list", "map('items') | list"),
)
_TESTS: Final = (
    *("defined", "not defined", "undefined", "none", "not none", "string", "number", "mapping"),
    *("iterable", "sequence", "boolean", "integer", "float", "match('g')", "search('o+')", "odd"),
    *("regex('^\\w+$')", "in names", "not in text", "even", "divisibleby(2)", "truthy", "falsy"),
    *("version('1.10', '>')", "contains('a')", "subset([1, 2, 3])", "superset([1])", "lower"),
    *("sameas(true)", "upper", "eq(1)", "gt(1)", "in [1, 'a']", "true", "false", "equalto('a')"),
    *("truthy(convert_bool=True)", "all", "any", "contains(1)", "match('.*pool', ignorecase=true)"),
    *(
        "abs",
        "skipped",
        "succeeded",
        "vaulted",
        "url",
        "failed",
        "changed",
        "nan",
        "filter",
        "callable",
    ),
)
_METHODS: Final = (
    *(".upper()", ".split('-')", ".startswith('g')", ".endswith('l')", ".replace('-', '')"),
    *(".strip()", "[0]", "[-1]", "[1:3]", "[:2]", "[::-1]", ".find('o')", ".title()", ".format(1)"),
    *(
        ".lower()",
        ".isdigit()",
        ".rstrip('l')",
        ".zfill(9)",
        ".count('o')",
        ".partition('-')",
        ".nope",
    ),
)
_METHODS_OF_MAPS: Final = (
    *(".tier", "['zone']", ".get('tier')", ".get('nope')", ".get('nope', 'd')", ".keys() | list"),
    *(
        ".items() | list",
        ".values() | list",
        ".nope",
        "['nope'] | default('d')",
        ".pool.size",
        ".tier.nope",
    ),
    *(".pool | default({})", ".pool.kind | default('k')", ".items", ".copy()"),
)


@dataclass(frozen=True, slots=True)
class Generator:
    """Makes cases by its *random* numbers."""

    random: Random

    def template(self) -> str:
        """Return a template: an expression alone, in a text, in a condition or in a loop."""
        kind = self.random.random()
        if kind < 0.7:
            return f"{{{{ {self.expression()} }}}}"
        if kind < 0.85:
            before = self.random.choice(("", "x", "pre-", "a: ", " ", "[", "1"))
            after = self.random.choice(("", "y", "-post", " ", "]", "\n", "0"))
            return f"{before}{{{{ {self.expression()} }}}}{after}"
        if kind < 0.9:
            between = self.random.choice(("", "-", " "))
            return f"{{{{ {self.expression()} }}}}{between}{{{{ {self.expression()} }}}}"
        if kind < 0.95:
            return (
                f"{{% if {self.condition()} %}}{self.random.choice(('a', '1', 'true'))}"
                f"{{% else %}}{{{{ {self.text()} }}}}{{% endif %}}"
            )
        separator = self.random.choice((",", "", " ", "\n"))
        return f"{{% for part in {self.items()} %}}{{{{ part }}}}{separator}{{% endfor %}}"

    def condition(self) -> str:
        """Return a condition, as ``when`` has it."""
        choose = self.random.choice
        kinds: Sequence[Callable[[], str]] = (
            *([self._junction] * 3 + [self._negation] * 2 + [self._test] * 5),
            *([self._comparison] * 5 + [self._membership] * 2),
            *(lambda: f"{self.subject()} | bool", lambda: f"{self.subject()} | bool"),
            choose((self.subject, self.expression)),
        )
        return choose(kinds)()

    def _junction(self) -> str:
        sign = self.random.choice(("and", "or"))
        return f"{self.condition()} {sign} {self.condition()}"

    def _negation(self) -> str:
        return f"{self.random.choice(('not ', ''))}({self.condition()})"

    def _test(self) -> str:
        return f"{self.subject()} is {self.random.choice(_TESTS)}"

    def _comparison(self) -> str:
        sign = self.random.choice(("==", "!=", "<", ">", ">=", "<="))
        same = self.random.choice((self.number, self.text, self.subject))
        return f"{same()} {sign} {same()}"

    def _membership(self) -> str:
        sign = self.random.choice(("in", "not in"))
        return f"{self.text()} {sign} {self.random.choice((self.items, self.text))()}"

    def expression(self) -> str:
        """Return an expression of any kind."""
        choose = self.random.choice
        kinds: Sequence[Callable[[], str]] = (
            *(self.text, self.text, self.number, self.items, self.items, self.mapping),
            *(self.users, self.chosen, self.condition, self.joined, self.subject, self.literal),
        )
        return choose(kinds)()

    def subject(self) -> str:
        """Return a variable or constant of any kind."""
        return self.random.choice(_ANY)

    def text(self) -> str:
        """Return an expression that mostly gives a text."""
        found = self.random.choice(_TEXTS)
        if self.random.random() < 0.2 and found[0] != "'":
            found += self.random.choice(_METHODS)
        while self.random.random() < 0.5:
            found = f"{found} | {self.random.choice(_OF_TEXT)}"
        return found

    def number(self) -> str:
        """Return an expression that mostly gives a number."""
        found = self.random.choice(_NUMBERS)
        if self.random.random() < 0.4:
            sign = self.random.choice(("+", "-", "*", "/", "//", "%", "~", "**"))
            found = f"{found} {sign} {self.random.choice(_NUMBERS)}"
        if self.random.random() < 0.4:
            found = f"({found}) | {self.random.choice(_OF_NUMBER)}"
        return found

    def items(self) -> str:
        """Return an expression about a list."""
        found = self.random.choice(_LISTS)
        if self.random.random() < 0.1:
            found = f"({found} + {self.random.choice(_LISTS)})"
        while self.random.random() < 0.5:
            found = f"{found} | {self.random.choice(_OF_LIST)}"
        return found

    def mapping(self) -> str:
        """Return an expression about a mapping."""
        found = self.random.choice(_MAPS)
        if self.random.random() < 0.4:
            return found + self.random.choice(_METHODS_OF_MAPS)
        while self.random.random() < 0.6:
            found = f"{found} | {self.random.choice(_OF_MAP)}"
        return found

    def users(self) -> str:
        """Return an expression about a list of mappings."""
        return f"users | {self.random.choice(_OF_USERS)}"

    def chosen(self) -> str:
        """Return a choice between two expressions."""
        if self.random.random() < 0.4:
            return f"({self.condition()}) | ternary({self.subject()}, {self.subject()})"
        tail = f" else {self.text()}" if self.random.random() < 0.8 else ""
        return f"{self.text()} if {self.condition()}{tail}"

    def joined(self) -> str:
        """Return texts that are put together."""
        sign = self.random.choice(("~", "+"))
        return f"{self.random.choice(_TEXTS)} {sign} {self.random.choice((*_TEXTS, *_NUMBERS))}"

    def literal(self) -> str:
        """Return a list or a mapping that is written in the expression."""
        if self.random.random() < 0.5:
            return f"[{self.text()}, {self.number()}]"
        return f"{{{self.random.choice(_TEXTS)}: {self.text()}, 'n': {self.number()}}}"
