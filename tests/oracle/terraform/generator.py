"""Random expressions, of all kinds of values and calls of all functions, from a seed."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

DEPTH: Final = 3
TEXTS: Final = (
    *('""', '"a"', '"b"', '"A-b c"', '"gpu-pool"', '"1"', '"-2.50"', '"true"', '"null"', '"0x1f"'),
    *(
        '"a,b,,c"',
        '"é"',
        '"e\\u0301x"',
        '"👩‍👧 ok"',
        '"a\\nb\\n"',
        '"  x\\t"',
        '"10.0.0.0/16"',
        '"ß"',
    ),
    *('"k8s/node_1"', '"/a/b/"', '"a\\"q\\\\"', '"<&>"', '"%s-%d"', '"01"', '"1e3"', '"ab12cd"'),
)
NUMBERS: Final = (
    "0",
    "1",
    "2",
    "3",
    "-1",
    "10",
    "1.5",
    "0.1",
    "100",
    "-0.25",
    "1000000",
    "7",
    "1e3",
)
KEYS: Final = ("a", "b", "c", "name", "workers")
CALLS: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "abs": ("number", ["number"]),
    "alltrue": ("bool", ["list"]),
    "anytrue": ("bool", ["list"]),
    "base64encode": ("text", ["text"]),
    "base64sha256": ("text", ["text"]),
    "basename": ("text", ["text"]),
    "can": ("bool", ["any"]),
    "ceil": ("number", ["number"]),
    "chomp": ("text", ["text"]),
    "chunklist": ("list", ["list", "number"]),
    "cidrhost": ("text", ["cidr", "number"]),
    "cidrnetmask": ("text", ["cidr"]),
    "cidrsubnet": ("text", ["cidr", "number", "number"]),
    "cidrsubnets": ("list", ["cidr", "number", "number"]),
    "coalesce": ("any", ["any", "any"]),
    "coalescelist": ("list", ["list", "list"]),
    "compact": ("list", ["list"]),
    "concat": ("list", ["list", "list"]),
    "contains": ("bool", ["sequence", "any"]),
    "dirname": ("text", ["text"]),
    "distinct": ("list", ["sequence"]),
    "element": ("any", ["list", "number"]),
    "endswith": ("bool", ["text", "text"]),
    "flatten": ("list", ["sequence"]),
    "floor": ("number", ["number"]),
    "format": ("text", ["format", "any"]),
    "formatlist": ("list", ["format", "list"]),
    "indent": ("text", ["small", "text"]),
    "index": ("number", ["list", "any"]),
    "join": ("text", ["text", "list"]),
    "jsondecode": ("any", ["json"]),
    "jsonencode": ("text", ["any"]),
    "keys": ("list", ["map"]),
    "length": ("number", ["any"]),
    "log": ("number", ["number", "number"]),
    "lookup": ("any", ["map", "key", "any"]),
    "lower": ("text", ["text"]),
    "matchkeys": ("list", ["list", "list", "list"]),
    "max": ("number", ["number", "number"]),
    "md5": ("text", ["text"]),
    "merge": ("map", ["map", "map"]),
    "min": ("number", ["number", "number"]),
    "one": ("any", ["sequence"]),
    "parseint": ("number", ["text", "number"]),
    "pow": ("number", ["number", "small"]),
    "range": ("list", ["number", "number"]),
    "regex": ("any", ["pattern", "text"]),
    "regexall": ("list", ["pattern", "text"]),
    "replace": ("text", ["text", "replaced", "text"]),
    "reverse": ("list", ["sequence"]),
    "setintersection": ("set", ["sequence", "sequence"]),
    "setproduct": ("list", ["sequence", "sequence"]),
    "setsubtract": ("set", ["sequence", "sequence"]),
    "setunion": ("set", ["sequence", "sequence"]),
    "sha1": ("text", ["text"]),
    "sha256": ("text", ["text"]),
    "signum": ("number", ["number"]),
    "slice": ("list", ["list", "small", "small"]),
    "sort": ("list", ["sequence"]),
    "split": ("list", ["text", "text"]),
    "startswith": ("bool", ["text", "text"]),
    "strcontains": ("bool", ["text", "text"]),
    "strrev": ("text", ["text"]),
    "substr": ("text", ["text", "number", "number"]),
    "sum": ("number", ["list"]),
    "timeadd": ("text", ["time", "duration"]),
    "timecmp": ("number", ["time", "time"]),
    "formatdate": ("text", ["dates", "time"]),
    "title": ("text", ["text"]),
    "tobool": ("bool", ["any"]),
    "tolist": ("list", ["sequence"]),
    "tomap": ("map", ["map"]),
    "tonumber": ("number", ["any"]),
    "toset": ("set", ["sequence"]),
    "tostring": ("text", ["any"]),
    "transpose": ("map", ["map"]),
    "trim": ("text", ["text", "text"]),
    "trimprefix": ("text", ["text", "text"]),
    "trimspace": ("text", ["text"]),
    "trimsuffix": ("text", ["text", "text"]),
    "try": ("any", ["any", "any"]),
    "upper": ("text", ["text"]),
    "urlencode": ("text", ["text"]),
    "values": ("list", ["map"]),
    "yamldecode": ("any", ["yaml"]),
    "yamlencode": ("text", ["any"]),
    "zipmap": ("map", ["list", "list"]),
}
WORDS: Final[Mapping[str, Sequence[str]]] = {
    "cidr": ('"10.0.0.0/16"', '"192.168.1.7/24"', '"fd00::/48"', '"10.0.0.0/8"', '"x"'),
    "dates": ('"YYYY-MM-DD"', '"hh:mm:ss ZZZ"', "\"EEEE, D MMM YY 'at' H:m AA\""),
    "duration": ('"1h"', '"-30m"', '"1h15m30.5s"', '"48h"', '"x"'),
    "format": (
        *('"%s"', '"%v"', '"%d"', '"%05d"', '"%x"', '"%.2f"', '"%q"', '"%t"', '"%#v"', '"%-5s|"'),
        *('"%5s|"', '"%e"', '"%g"', '"%+d"', '"%b"', '"%o"', '"%%%s"', '"%[1]v-%[1]v"', '"%.1s"'),
    ),
    "json": (
        *(
            '"{\\"a\\":[1,2.50,\\"x\\",null]}"',
            '"[1,1e3,true]"',
            '"\\"\\\\ud83d\\\\ude00\\""',
            '"01"',
        ),
        *('"[1,]"', '"{\\"a\\":1,\\"a\\":2}"', '"null"', '""', '" 7 "'),
    ),
    "key": tuple(f'"{key}"' for key in KEYS),
    "pattern": ('"[a-z]+"', '"(\\\\d)(\\\\w)"', '"(?P<x>[a-z]).*"', '"^a|b$"', '"z+"', '"("'),
    "replaced": ('"a"', '","', '"/[a-c]+/"', '"/(.)b/"', '"/"', '""'),
    "small": ("0", "1", "2", "3", "5"),
    "time": ('"2026-03-04T05:06:07Z"', '"2024-02-29T23:59:59+02:00"', '"2026-13-01T00:00:00Z"'),
    "yaml": (
        *('"a: 010"', '"a: 1e3"', '"a: 1_0"', '"a: 0o17"', '"y: n"', '"- 2026-01-02"', '"a: ~"'),
        *(
            "\"- yes\\n- off\\n- .5\\n- 0x1f\\n- '1'\"",
            '"{a: 1, b: [x, y]}"',
            '"1"',
            '"a: .nan"',
            '""',
        ),
    ),
}
_OPERATORS: Final = ("+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||")
_OF: Final[Mapping[str, Sequence[str]]] = {
    "number": _OPERATORS[:5],
    "bool": _OPERATORS[5:],
}
_KINDS: Final = ("text", "number", "bool", "list", "set", "map", "null")
_WRONG: Final = 0.06
"""How often something stands where another kind is wanted."""


class Generator:
    """Makes expressions; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - it shall be the same each time
        self._names: list[str] = []

    def expressions(self, count: int) -> Iterator[str]:
        """Yield so many expressions."""
        for _ in range(count):
            yield self._any(DEPTH)

    def _any(self, depth: int) -> str:
        return self._of(self._random.choice(_KINDS), depth)

    def _of(self, kind: str, depth: int) -> str:
        """Return an expression that should be of a kind; now and then it is not."""
        draw = self._random.random
        if kind in WORDS:
            return self._random.choice(WORDS[kind])
        if kind == "any" or draw() < _WRONG:
            return self._any(max(depth, 0))
        if self._names and draw() < 0.15:
            return self._random.choice(self._names)
        if depth <= 0:
            return self._plain(kind, 0)
        shapes = [self._plain, self._call, self._call, self._conditional, self._special]
        return self._random.choice(shapes)(kind, depth)

    def _plain(self, kind: str, depth: int) -> str:  # noqa: PLR0911 - a line for each kind
        pick = self._random.choice
        match kind:
            case "text":
                return self._template(depth) if depth and pick((True, False)) else pick(TEXTS)
            case "number":
                return pick(NUMBERS)
            case "bool":
                return pick(("true", "false"))
            case "null":
                return "null"
            case "map":
                return (
                    f"tomap({self._object(depth)})" if pick((1, 2, 3)) == 1 else self._object(depth)
                )
            case "set":
                return f"toset({self._tuple(depth)})"
            case _:
                return f"tolist({self._tuple(depth)})" if pick((1, 2)) == 1 else self._tuple(depth)

    def _tuple(self, depth: int) -> str:
        kind = self._random.choice((*_KINDS[:3], "text", "any", "map"))
        return f"[{', '.join(self._of(kind, depth - 1) for _ in range(self._random.randrange(4)))}]"

    def _object(self, depth: int) -> str:
        kind = self._random.choice((*_KINDS[:3], "any", "any", "list"))
        names = self._random.sample(KEYS, self._random.randrange(4))
        return f"{{{', '.join(f'{name} = {self._of(kind, depth - 1)}' for name in names)}}}"

    def _template(self, depth: int) -> str:
        inner = self._of(self._random.choice(("text", "number", "bool")), depth - 1)
        if self._random.random() < 0.2:
            condition = self._of("bool", depth - 1)
            return f'"%{{ if {condition} }}x${{{inner}}}%{{ else }}y%{{ endif }}"'
        return f'"n-${{{inner}}}"'

    def _call(self, kind: str, depth: int) -> str:
        wanted = {kind, "sequence"} if kind in {"list", "set"} else {kind}
        names = [name for name, (result, _) in CALLS.items() if result in wanted or result == "any"]
        name = self._random.choice(names or [*CALLS])
        return f"{name}({', '.join(self._argument(one, depth) for one in CALLS[name][1])})"

    def _argument(self, kind: str, depth: int) -> str:
        kind = self._random.choice(("list", "set")) if kind == "sequence" else kind
        return self._of(kind, depth - 1)

    def _conditional(self, kind: str, depth: int) -> str:
        condition = self._of("bool", depth - 1)
        return f"({condition} ? {self._of(kind, depth - 1)} : {self._of(kind, depth - 1)})"

    def _special(self, kind: str, depth: int) -> str:
        """Return an operation, a loop or an access."""
        if kind in _OF:
            operator = self._random.choice(_OF[kind])
            operand = kind if operator in {"+", "-", "*", "/", "%", "&&", "||"} else "any"
            operand = "number" if operator in {"<", ">="} else operand
            return f"({self._of(operand, depth - 1)} {operator} {self._of(operand, depth - 1)})"
        if kind == "list":
            return self._loop("[", "]", depth)
        if kind == "map":
            return self._loop("{", "}", depth)
        source, index = self._random.choice((("list", "small"), ("map", "key"), ("set", "small")))
        return f"{self._of(source, depth - 1)}[{self._of(index, depth - 1)}]"

    def _loop(self, opening: str, closing: str, depth: int) -> str:
        source = self._of(self._random.choice(("list", "set", "map")), depth - 1)
        if opening == "[" and self._random.random() < 0.2:
            return f"{source}[*]"
        self._names += ["k", "v"]
        result = self._of(self._random.choice(("text", "number", "any")), depth - 1)
        key = "" if opening == "[" else f"{self._of('text', 0)} => "
        key = key if key == "" or self._random.random() < 0.4 else "k => "
        condition = f" if {self._of('bool', 0)}" if self._random.random() < 0.2 else ""
        del self._names[-2:]
        return f"{opening}for k, v in {source} : {key}{result}{condition}{closing}"
