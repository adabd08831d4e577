"""Random templates as ApplicationSets have them, over data as generators give it."""

from random import Random
from typing import Any, Final

DATA: Final[dict[str, Any]] = {
    "name": "gpu-pool",
    "empty": "",
    "spaced": "  two words ",
    "mixed": "Ab1_cD2.eF",
    "digits": "042",
    "version": "1.27.3",
    "path": {"path": "apps/shop/prod", "basename": "prod", "segments": ["apps", "shop", "prod"]},
    "size": 3,
    "ratio": 0.5,
    "big": 1234567,
    "yes": True,
    "no": False,
    "nothing": None,
    "names": ["w1", "b2", "W1", "a1"],
    "numbers": [3, 1, 2],
    "none": [],
    "labels": {"tier": "web", "zone": "a"},
    "nested": {"a": {"b": {"c": "deep"}}, "list": [1, "x", True], "n": 2},
    "text": "tier: web\nsize: 3\nlist: [a, 1]\n",
}

_TEXTS: Final = (
    *(".name", ".empty", ".spaced", ".mixed", ".digits", ".version", ".path.path", ".labels.tier"),
    *('"a"', '"A-b_c"', '"x y"', '"10"', '"1.2.3"', "`w12`", ".path.basename", '"dGVzdA=="'),
    *("(index .names 0)", "(first .names)", "(index .path.segments 1)", '(printf "%s-x" .name)'),
)
_NUMBERS: Final = (
    *(".size", ".ratio", ".big", "1", "2", "10", "-3", "0", "(len .names)", "(int .size)", '"7"'),
    *('(int "12")', ".nested.n", "(index .numbers 1)", "(add 1 2)", "2.5"),
)
_LISTS: Final = (
    *(".names", ".numbers", ".none", ".path.segments", '(list "b" "a" "c")', "(list 3 1 2)"),
    *('(splitList "-" .name)', ".nested.list", "(keys .labels | sortAlpha)", "(until 3)", "list"),
    *("(initial .names)", "(rest .names)", "(slice .names 1 3)", "(slice .names 1)"),
)
_MAPS: Final = (
    *(".labels", ".nested", ".nested.a", '(dict "a" 1 "b" "x")', "dict", '(dict "tier" "db")'),
    *("(fromYaml .text)", "(merge (dict) .labels)"),
)
_PIECES: Final = (
    *(
        "a",
        "-",
        ".",
        "x*",
        "[a-z]+",
        "[^a-z]",
        r"\d*",
        r"\w",
        r"\b",
        "^",
        "$",
        "(?i)P",
        "|",
        "(g|p)",
    ),
    *(
        "(g|p)",
        "(a+)+",
        "(.)*?",
        "(?P<n>[0-9])?",
        "[[:alpha:]]{2,3}",
        r"\pL",
        r"(?:\.|-)",
        "",
        r"[\w.]+?",
    ),
)
_REPLACEMENTS: Final = ("$1", "${1}x", "$1x", "<$0>", "$n", "${n}", "$$", "$", "")
_ANY: Final = (*_TEXTS, *_NUMBERS, *_LISTS, *_MAPS, ".yes", ".no", ".nothing", ".missing", "true")
_OF_TEXT: Final = (
    *("upper", "lower", "title", "trim", "quote", "squote", "nospace", "b64enc", "b64dec", "len"),
    *(
        "sha256sum",
        "sha1sum",
        "toString",
        "toJson",
        "int",
        "int64",
        "float64",
        "upper",
        "lower",
    ),
    *('replace "-" "_"', 'trimPrefix "gpu"', 'trimSuffix "pool"', 'trimAll "g l"', "trunc 3"),
    *("trunc -4", "substr 1 3", 'contains "o"', 'hasPrefix "g"', 'hasSuffix "l"', "repeat 2"),
    *('default "d"', "empty", "indent 2", "nindent 2", 'splitList "-" | join "+"', "lower"),
    *(
        'regexMatch "^[a-z]+"',
        "normalize",
        'regexReplaceAll "[aeiou]" . "_"',
        "sha512sum",
        "reverse",
    ),
    *('regexFind "[a-z]+"', 'printf "%s|%q|%v" "k" "q"', 'eq "gpu-pool"', "snakecase", "lower"),
    *('regexReplaceAllLiteral "o" . "0"', 'split "-" | toJson', "atoi", "adler32sum"),
    *(
        'semverCompare "^1.2"',
        "toYaml",
        'trimall "a"',
        "print",
        "kindOf",
        "typeOf",
        "html",
        "lower",
    ),
    *(
        "urlquery",
        "ternary 1 2",
        "not",
        "upper",
        'cat "z"',
        "upper",
        "upper",
        "upper",
    ),
)
_OF_NUMBER: Final = (
    *("add 2", "sub 5", "mul 3", "div 7", "mod 4", "add1", "max 2", "min 2", "toString", "quote"),
    *("int", "int64", "float64", "ceil", "floor", "until | len", "toJson", 'printf "%d"', "kindOf"),
    *(
        'printf "%v"',
        'printf "%03d"',
        "print",
        "eq 3",
        "lt 2",
        "not",
        "empty",
        "default 4",
        "round 1",
    ),
    *("add 1", "seq", 'untilStep 1 2 | join ","', "add1"),
)
_OF_LIST: Final = (
    *(
        'join ","',
        "len",
        "first",
        "last",
        "rest",
        "initial",
        "sortAlpha",
        "toJson",
        "uniq",
        "reverse",
    ),
    *(
        'has "a1"',
        "toStrings",
        "compact",
        "empty",
        "quote",
        "squote",
        "print",
        "toString",
        "toYaml",
    ),
    *('sortAlpha | join "-"', "reverse | first", "rest | len", 'uniq | join " "', "kindOf", "not"),
    *('without "w1"', "concat (list 1)", 'append "z"', 'prepend "z"', "index 1", "max", "chunk 2"),
    *("slice 1", "push 1", 'printf "%v"', "default 1", "toPrettyJson", "typeOf"),
)
_OF_MAP: Final = (
    *(
        "toJson",
        "len",
        'keys | sortAlpha | join ","',
        "empty",
        "print",
        "toString",
        "quote",
        "toYaml",
    ),
    *(
        "values | sortAlpha",
        "keys | len",
        "kindOf",
        "not",
        "default 1",
        'printf "%v"',
        "toPrettyJson",
    ),
)


def template(random: Random) -> str:
    """Return a template: an action alone, in a text, or in a branch or loop."""
    kind = random.random()
    if kind < 0.75:
        return f"{{{{ {_action(random)} }}}}"
    if kind < 0.83:
        return f"a-{{{{ {_action(random)} }}}}-{{{{- {_action(random)} -}}}} z"
    if kind < 0.9:
        other = f"{{{{ else }}}}{{{{ {_text(random)} }}}}"
        return f"{{{{ if {_condition(random)} }}}}yes{other}{{{{ end }}}}"
    if kind < 0.96:
        pair = "{{ $i }}={{ $e }};"
        return f"{{{{ range $i, $e := {random.choice(_LISTS)} }}}}{pair}{{{{ end }}}}"
    return f"{{{{ with {_action(random)} }}}}<{{{{ . }}}}>{{{{ else }}}}none{{{{ end }}}}"


def _action(random: Random) -> str:
    makers = (_text, _text, _number, _list, _map, _condition, _call, lambda r: r.choice(_ANY))
    return random.choice(makers)(random)


def _piped(random: Random, of: tuple[str, ...], functions: tuple[str, ...]) -> str:
    found = random.choice(of)
    while random.random() < 0.6:
        function = random.choice(functions)
        if " . " in function:
            name, pattern, _, new = function.split()
            found = f"({found}) | {name} {pattern} {new}"
            found = f"{name} {pattern} ({found.split(' | ')[0]}) {new}"
        else:
            found = f"{found} | {function}"
    return found


def _expression(random: Random) -> str:
    pieces = random.choices(_PIECES, k=random.randint(1, 4))
    return f"`{''.join(pieces)}`"


def _text(random: Random) -> str:
    return _piped(random, _TEXTS, _OF_TEXT)


def _number(random: Random) -> str:
    return _piped(random, _NUMBERS, _OF_NUMBER)


def _list(random: Random) -> str:
    return _piped(random, _LISTS, _OF_LIST)


def _map(random: Random) -> str:
    return _piped(random, _MAPS, _OF_MAP)


def _condition(random: Random) -> str:
    sign = random.choice(("eq", "ne", "lt", "le", "gt", "ge", "and", "or"))
    kind = random.random()
    if kind < 0.3:
        return f"{sign} {random.choice(_TEXTS)} {random.choice(_TEXTS)}"
    if kind < 0.5:
        return f"{sign} {random.choice(_NUMBERS)} {random.choice(_NUMBERS)}"
    if kind < 0.6:
        return f"not {random.choice(_ANY)}"
    if kind < 0.7:
        return f'hasKey {random.choice(_MAPS)} "tier"'
    if kind < 0.8:
        return f"has {random.choice(_TEXTS)} {random.choice(_LISTS)}"
    return random.choice(_ANY)


def _call(random: Random) -> str:
    texts, numbers = random.choice(_TEXTS), random.choice(_NUMBERS)
    return random.choice(
        (
            'dig "a" "b" "c" "d" .nested',
            'dig "a" "x" "none" .nested',
            'dig "tier" "d" .labels',
            f"add {numbers} {random.choice(_NUMBERS)} 3",
            f"mul {numbers} {random.choice(_NUMBERS)}",
            f"div {numbers} {random.choice(_NUMBERS)}",
            f"mod {numbers} {random.choice(_NUMBERS)}",
            f"max {numbers} {random.choice(_NUMBERS)}",
            f"seq {random.choice(('5', '2 4', '5 1', '1 2 7', '0', '-2', '5 -2 0'))}",
            f"until {random.choice(('0', '3', '-2', '(int .size)'))}",
            f"untilStep {random.choice(('0 6 2', '3 0 -1', '0 3 0'))}",
            f"print {texts} {numbers} {random.choice(_ANY)}",
            f"println {texts} {numbers}",
            f"cat {texts} {numbers} {random.choice(_TEXTS)}",
            f"coalesce .empty .nothing {texts}",
            f"ternary {texts} {numbers} {random.choice(('.yes', '.no', 'true', '.name'))}",
            f"regexReplaceAll {random.choice(('`(a|p)(.)`', '`^g`', '`.*`'))} {texts} `$2`",
            f"regexFindAll `[a-z0-9]` {texts} {random.choice(('-1', '2', '0'))}",
            f"regexSplit {_expression(random)} {texts} {random.choice(('-1', '0', '1', '2', '3'))}",
            f"regexFindAll {_expression(random)} {texts} -1",
            f"regexFind {_expression(random)} {texts}",
            f"regexReplaceAll {_expression(random)} {texts} `{random.choice(_REPLACEMENTS)}`",
            f"regexReplaceAllLiteral {_expression(random)} {texts} `$1`",
            f"regexMatch {random.choice(('`^[a-z-]+$`', '`x?`', '`(?i)GPU`'))} {texts}",
            f"semverCompare {random.choice(('`>=1.2.0`', '`^1.27`', '`~1.2`'))} .version",
            "(semver .version).Minor",
            'merge (dict "a" (dict "b" (dict "z" 1))) .nested | toJson',
            'mergeOverwrite (dict "tier" "db") .labels',
            "pick .labels `tier`",
            "omit .labels `tier`",
            "values .labels | sortAlpha",
            "keys .labels .nested | sortAlpha",
            f"slice {random.choice(_LISTS)} {random.choice(('1', '0 2', '2 1', '9'))}",
            f"get {random.choice(_MAPS)} `tier`",
            f"index {random.choice(_MAPS)} `tier`",
            f"printf {random.choice(('`%v %s`', '`%d-%s`', '`%5v|%q`'))} {numbers} {texts}",
            f"default {texts} {random.choice(_ANY)}",
            f"list {texts} {numbers} .yes .nothing",
            f"dict {texts} {numbers} `b` .none",
            f"fromYaml {random.choice(('.text', '`a: [1, y]`', '`- 1`', '.name'))}",
            f"set (dict) {texts} {numbers}",
            f"join {texts} {random.choice(_LISTS)}",
            f"round {numbers} 1",
            f"trunc {random.choice(('2', '-2', '(int .size)', '.size'))} {texts}",
        )
    )


CORPUS: Final = (
    "{{ .labels }} {{ .names }} {{ .nested }} {{ .none }}",
    "{{ list .nothing .missing 1.0 `x` }}",
    '{{ dig "a" "b" "c" "d" .nested }}{{ dig "a" "q" "c" "d" .nested }}',
    "{{ keys .labels | sortAlpha | join `,` }}",
    "{{ mul 2 3 }}{{ div 7 2 }}{{ mod 7 3 }}{{ div -7 2 }}{{ mod -7 3 }}",
    "{{ seq 1 3 }}{{ until 3 }}{{ slice .names 1 2 }}",
    '{{ print "a" 1 2 "b" .yes }}',
    "{{ `a` | sha256sum }}{{ `a` | b64enc }}{{ `YQ==` | b64dec }}{{ `!` | b64dec }}",
    "{{ semverCompare `^1.20.0` .version }}{{ (semver .version).Major }}",
    "{{ (fromYaml .text).size }}{{ (fromYaml .text).list }}",
    '{{ regexReplaceAll "(\\\\w)-(\\\\w)" .name "${2}-${1}" }}',
)
