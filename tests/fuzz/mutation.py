"""Documents that are almost right: seeds of a format, changed in their bytes and in their shape."""

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import strategies as st

from exporter.domain.errors import ParseError
from exporter.foreign import yaml

LONGEST = 200_000
_MOST_SEEDS_TOKENS = 400
_TOKEN = re.compile(r"\w+|[^\w\s]")

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 7, 2**31, 2**63, -(2**70), 1e308, 0.1, "", " ", "\0", "\n", "a: b"),
    *(
        "x" * 5000,
        "\u202e",
        "e\u0301",
        "\ud800",
        "\x1b[31m",
        "<script>",
        "{{ x }}",
        "${x}",
        "%{ if",
    ),
    *("../../etc/passwd", "/etc/passwd", "http://127.0.0.1:9/x", "ext::sh -c id", "*" * 40, "a.*"),
    *("[", "((((", "1h", "15d", "1Gi", "1e999", "0x10", "2025-12-01T00:00:00+09:00", "99" * 30),
    *([], {}, [[]], [None], {"": None}, [{}, {}], {"kind": []}, {"name": {"name": 1}}),
)
WORDS: tuple[bytes, ...] = (
    *(b"9" * 5000, b"0x" + b"f" * 5000, b"0" + b"7" * 5000, b"1e999999999", b"-", b"1_0", b".inf"),
    *(
        b"\0",
        b"\xff",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        "\u2028".encode(),
        "é".encode(),
        b"\\ud800",
    ),
    *(b"\r\n", b"\t", b"---\n", b"...\n", b"&a ", b"*a", b"<<: *a\n", b"!!float x", b"!!int x"),
    *(b"!!binary x", b"!!set {a, b}", b"!!omap [a: b]", b"!!python/object:os.system ", b"!x "),
    *(b"!!null x", b"!!bool x", b"!!timestamp x", b"? [a]\n: b\n", b"[" * 300, b"{a: " * 300),
    *(b"- " * 300, b"(" * 500, b'"', b"'", b"`", b"$(", b"${", b"%{", b"{{", b"}}", b"{%", b"#"),
    *(b": ", b",", b"=", b"/", b"..", b"~", b"*", b"?", b"[!a-]", b"\\", b"|", b"&&", b"<<E\n"),
)
"""What breaks parsers, in any format."""


@dataclass(slots=True)
class _Object:
    """A JSON object whose keys may stand twice."""

    pairs: list[tuple[str, Any]]


_Path = tuple[int, ...]
_Change = Callable[[Any], list[Any]]
"""What an element of a collection becomes: nothing, another one, or several."""
Operation = tuple[int, int, int]
_OPERATION = st.tuples(st.integers(0, 9), st.integers(0, 1 << 20), st.integers(0, 1 << 20))


def documents(seeds: Sequence[bytes], *, words: Sequence[bytes] = ()) -> st.SearchStrategy[bytes]:
    """Return a strategy of documents near *seeds*, and of heaps of their tokens."""
    known = (*WORDS, *words)
    tokens = [*dict.fromkeys(_tokens(seeds)), *known]
    trees = [tree for seed in seeds if (tree := _tree(seed)) is not None]
    changes = st.lists(_OPERATION, max_size=5)
    near = st.builds(
        partial(_in_bytes, seeds=seeds, words=known), st.integers(0, len(seeds) - 1), changes
    )
    heaps = st.lists(st.sampled_from(tokens), max_size=30).map(b"".join)
    if not trees:
        return near | heaps
    numbers = st.integers(0, len(trees) - 1)
    shaped = st.builds(partial(_in_shape, trees=trees), numbers, st.lists(_OPERATION, max_size=4))
    return shaped | near | heaps


def pumped(seed: bytes, chance: random.Random) -> Callable[[int], bytes] | None:
    """Return what makes a branch of a seed's tree stand many times, beside or inside of itself.

    It gives the document of about a size; None where the seed has no tree.
    """
    tree = _tree(seed)
    if tree is None:
        return None
    places = [one for one in _places(tree) if one] or [()]
    path, deep = chance.choice(places), chance.random() < 0.3
    unit = max(4, len(_written(_at(tree, path))) + 2)
    odd = _built(chance.choice(ODD)) if chance.random() < 0.3 else None
    beside = _named if chance.random() < 0.5 else _repeated

    def document(size: int) -> bytes:
        times = max(1, size // unit)
        change = _buried(times) if deep else beside(times, odd)
        return _written(_changed(tree, path, change)).encode("utf-8", "surrogatepass")

    return document


def _repeated(times: int, odd: Any) -> _Change:
    return lambda value: [value if odd is None else odd] * times


def _named(times: int, odd: Any) -> _Change:
    """Make an object of it, each of whose keys is another."""
    return lambda value: [
        _Object([(f"k{at}", value if odd is None else odd) for at in range(times)])
    ]


def _buried(times: int) -> _Change:
    def change(value: Any) -> list[Any]:
        for _ in range(min(times, 5_000)):
            value = [value]
        return [value]

    return change


def scrambled(data: bytes, chance: random.Random) -> bytes:
    """Return *data* with a few changes of its bytes."""
    changes = [
        (chance.randint(0, 9), chance.getrandbits(20), chance.getrandbits(20))
        for _ in range(chance.randint(1, 4))
    ]
    return _in_bytes(0, changes, seeds=[data], words=WORDS)


def _tokens(seeds: Sequence[bytes]) -> list[bytes]:
    found = (one.encode() for seed in seeds for one in _TOKEN.findall(seed.decode(errors="ignore")))
    return [*list(dict.fromkeys(found))[:_MOST_SEEDS_TOKENS], b" ", b"\n", b"  "]


def _in_bytes(
    number: int, changes: Sequence[Operation], *, seeds: Sequence[bytes], words: Sequence[bytes]
) -> bytes:
    data = seeds[number]
    for kind, first, second in changes:
        at = first % (len(data) + 1)
        end = min(len(data), at + 1 + second % 40)
        other = seeds[second % len(seeds)]
        word = words[second % len(words)]
        match kind:
            case 0:
                data = data[:at] + bytes([second % 256]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[end:]
            case 2:
                data = data[:at] + data[at:end] * (1 + first % 3000) + data[end:]
            case 3:
                data = data[:at]
            case 4:
                data = data[:at] + other[first % (len(other) + 1) :]
            case _:
                data = data[:at] + word + data[at if kind % 2 else end :]
        data = data[:LONGEST]
    return data


def _in_shape(number: int, changes: Sequence[Operation], *, trees: Sequence[Any]) -> bytes:
    tree = trees[number]
    for kind, first, second in changes:
        places = list(_places(tree))
        chosen = places[first % len(places)]
        other = _at(tree, places[second % len(places)])
        tree = _changed(tree, chosen, _CHANGES[kind](second, other))
    return _written(tree).encode("utf-8", "surrogatepass")[:LONGEST]


def _odd(second: int, _other: Any) -> _Change:
    value = _built(ODD[second % len(ODD)])
    return lambda _: [value]


def _nested(second: int, _other: Any) -> _Change:
    depth = (3, 30, 250, 1500)[second % 4]

    def change(value: Any) -> list[Any]:
        for _ in range(depth):
            value = [value] if second % 2 else _Object([("a", value)])
        return [value]

    return change


_CHANGES: tuple[Callable[[int, Any], _Change], ...] = (
    _odd,
    _odd,
    _odd,
    lambda _second, other: lambda _: [other],
    lambda _second, other: lambda value: [value, other],
    lambda _second, _other: lambda _: [],
    lambda second, _other: lambda value: [value] * (2 + second % 60),
    lambda _second, _other: lambda value: [[value]],
    lambda _second, other: lambda value: [_Object([("name", value), ("kind", other)])],
    _nested,
)


def _tree(seed: bytes) -> Any:
    """Return a seed's data, or None where it is neither JSON nor YAML with a collection."""
    try:
        value = yaml.load_all(seed.decode())[0].value
    except (ParseError, UnicodeDecodeError, IndexError):
        return None
    return _built(value) if isinstance(value, dict | list) else None


def _built(value: Any) -> Any:
    if isinstance(value, dict):
        return _Object([(key, _built(one)) for key, one in value.items()])
    return [_built(one) for one in value] if isinstance(value, list) else value


def _children(tree: Any) -> list[Any]:
    if isinstance(tree, _Object):
        return [value for _, value in tree.pairs]
    return tree if isinstance(tree, list) else []


def _places(tree: Any, here: _Path = ()) -> list[_Path]:
    """Return the way to each part of a tree; not far below what is nested deeply already."""
    found = [here]
    if len(here) < 40:  # deeper than any seed is
        for index, child in enumerate(_children(tree)[:60]):
            found += _places(child, (*here, index))
    return found


def _at(tree: Any, path: _Path) -> Any:
    for index in path:
        tree = _children(tree)[index]
    return tree


def _changed(tree: Any, path: _Path, change: _Change) -> Any:
    if not path:
        return next(iter(change(tree)), None)
    index = path[0]
    child = _children(tree)[index]
    made = change(child) if len(path) == 1 else [_changed(child, path[1:], change)]
    if isinstance(tree, _Object):
        key = tree.pairs[index][0]
        pairs = [(key, one) for one in made]
        return _Object([*tree.pairs[:index], *pairs, *tree.pairs[index + 1 :]])
    return [*tree[:index], *made, *tree[index + 1 :]]


def _written(tree: Any) -> str:
    """Return a tree as JSON; without recursion, as it may be nested deeper than Python allows."""
    parts: list[str] = []
    pending: list[Any] = [tree]
    while pending:
        one = pending.pop()
        if isinstance(one, _Verbatim):
            parts.append(one)
        elif isinstance(one, _Object):
            inside = (
                [_Verbatim(", " if index else ""), _Verbatim(json.dumps(key) + ": "), value]
                for index, (key, value) in enumerate(one.pairs)
            )
            pending += reversed([_Verbatim("{"), *(x for y in inside for x in y), _Verbatim("}")])
        elif isinstance(one, list):
            items = ([_Verbatim(", " if at else ""), value] for at, value in enumerate(one))
            pending += reversed([_Verbatim("["), *(x for y in items for x in y), _Verbatim("]")])
        elif isinstance(one, yaml.Opaque):
            parts.append('"opaque"')
        else:
            parts.append(json.dumps(one))
    return "".join(parts)


class _Verbatim(str):
    """Text that is written as it is."""

    __slots__ = ()
