"""Functions over lists, sets and maps."""

import itertools
from collections.abc import Hashable, Mapping
from fractions import Fraction

from exporter.declared.terraform.language.comparison import Freezer, distinct
from exporter.declared.terraform.language.values import (
    MAX_DEPTH,
    MAX_ITEMS,
    Data,
    Function,
    Items,
    Object,
    Overlaid,
    Unknown,
    Value,
    attribute,
    collect,
    failed,
    items,
    known,
    mapping,
    text,
    truth,
    unknown,
    whole,
)

_MAX_VISITS = 4 * MAX_ITEMS


def length(value: Value) -> Data:
    """Return how many elements, attributes or letters there are."""
    match known(value):
        case Items() | str() as data:
            return Fraction(len(data))
        case Object():
            return Fraction(len(mapping(value)))
        case _:
            raise failed("length()", "has an argument without a length")


def concat(*lists: Value) -> Data:
    """Return the elements of all lists."""
    return collect(item for source in lists for item in items(source))


def merge(*maps: Value) -> Data:
    """Return the attributes of all maps; later ones win.

    What an unknown map may overwrite or add is unknown, but no more than that.
    """
    result = Overlaid()
    for source in maps:
        match source.data:
            case None:
                continue
            case Object() as data:
                pairs, hidden = data, data.rest
            case Unknown() as data:
                pairs, hidden = Object({}), data
            case _:
                raise failed("merge()", "has an argument that is no map")
        if hidden is not None:
            result.hide(hidden)
        for key, value in pairs.items():
            result.add(key, value)
    return result.object()


def keys(value: Value) -> Data:
    """Return the names of the attributes, sorted."""
    return Items(
        Value(key, content.at) for key, content in sorted(mapping(value).items(), key=_name)
    )


def values(value: Value) -> Data:
    """Return the values of the attributes in the order of their names."""
    return Items(content for _, content in sorted(mapping(value).items(), key=_name))


def _name(pair: tuple[str, Value]) -> str:
    return pair[0]


def lookup(source: Value, key: Value, default: Value | None = None) -> Value:
    """Return an attribute, or *default* where there is none."""
    data = known(source)
    if not isinstance(data, Object):
        raise failed("lookup()", "has an argument that is no map")
    if default is not None and text(key) not in data and data.rest is None:
        return default
    return attribute(source, text(key))


def element(source: Value, place: Value) -> Value:
    """Return an element, counting round and round."""
    elements = items(source)
    if not elements:
        raise failed("element()", "has an empty list")
    return elements[whole(place) % len(elements)]


def index(source: Value, wanted: Value) -> Data:
    """Return where in a list a value stands first."""
    freezer = Freezer()
    sought = freezer.freeze(wanted)
    for place, item in enumerate(items(source)):
        if freezer.freeze(item) == sought:
            return Fraction(place)
    raise failed("index()", "has a list without that value")


def contains(source: Value, wanted: Value) -> Data:
    """Tell whether a list holds a value."""
    elements, sought = items(source), known(wanted)
    if not isinstance(sought, Items | Object):
        if any(type(one.data) is type(sought) and one.data == sought for one in elements):
            return True
    elif _holds(elements, wanted):
        return True
    hidden = next((one for one in elements if isinstance(one.data, Unknown)), None)
    return hidden is not None and bool(known(hidden))


def _holds(elements: Items, wanted: Value) -> bool:
    freezer = Freezer()
    sought = freezer.freeze(wanted)
    return any(
        freezer.freeze(one) == sought for one in elements if not isinstance(one.data, Unknown)
    )


def flatten(value: Value) -> Data:
    """Return the elements of lists inside lists."""
    result: list[Value] = []
    pending = [iter(items(value))]
    steps = 0  # lists that share their elements may be visited without end, and give nothing
    while pending:
        steps += 1
        if steps > _MAX_VISITS or len(result) > MAX_ITEMS or len(pending) > MAX_DEPTH:
            raise unknown("flatten()", "gives too many elements")
        element = next(pending[-1], None)
        if element is None:
            pending.pop()
        elif isinstance(known(element), Items):
            pending.append(iter(items(element)))
        else:
            result.append(element)
    return Items(result)


def coalesce(*arguments: Value) -> Value:
    """Return the first argument that is neither null nor an empty string."""
    for argument in arguments:
        if known(argument) is not None and argument.data != "":
            return argument
    raise failed("coalesce()", "has no argument with a value")


def coalescelist(*lists: Value) -> Value:
    """Return the first list that is not empty."""
    for source in lists:
        if items(source):
            return source
    raise failed("coalescelist()", "has no argument with elements")


def compact(value: Value) -> Data:
    """Return a list without its null and empty strings."""
    return Items(item for item in items(value) if known(item) is not None and text(item))


def distinct_list(value: Value) -> Data:
    """Return a list without duplicates, in its order."""
    freezer = Freezer()
    found: dict[Hashable, Value] = {}
    for item in items(value):
        found.setdefault(freezer.freeze(item), item)
    return Items(found.values())


def zipmap(names: Value, contents: Value) -> Data:
    """Return a map of the names to the values in the same places."""
    left, right = items(names), items(contents)
    if len(left) != len(right):
        raise failed("zipmap()", "has lists of different lengths")
    return Object({text(key): value for key, value in zip(left, right, strict=True)})


def setproduct(*sets: Value) -> Data:
    """Return all ways to take one element of each set."""
    lists = [items(source) for source in sets]
    count = 1
    for source in lists:
        count *= len(source)
        if count > MAX_ITEMS:
            raise unknown("setproduct()", f"gives more than {MAX_ITEMS:,} elements")
    if len(lists) < 2:  # noqa: PLR2004 - one set makes no product
        raise failed("setproduct()", "is called with the wrong number of arguments")
    return Items(Value(Items(row), sets[0].at) for row in itertools.product(*lists))


def setunion(first: Value, *others: Value) -> Data:
    """Return the elements of any set."""
    return distinct(item for source in (first, *others) for item in items(source))


def setintersection(first: Value, *others: Value) -> Data:
    """Return the elements that all sets have."""
    freezer = Freezer()
    known_to = [{freezer.freeze(item) for item in items(other)} for other in others]
    return distinct(
        item for item in items(first) if all(freezer.freeze(item) in known for known in known_to)
    )


def setsubtract(first: Value, second: Value) -> Data:
    """Return the elements of the first set that the second has not."""
    freezer = Freezer()
    taken = {freezer.freeze(item) for item in items(second)}
    return distinct(item for item in items(first) if freezer.freeze(item) not in taken)


def cut(source: Value, start: Value, end: Value) -> Data:
    """Return the elements from *start* up to, but not including, *end*."""
    elements = items(source)
    if not 0 <= whole(start) <= whole(end) <= len(elements):
        raise failed("slice()", "reaches beyond its list")
    return Items(elements[whole(start) : whole(end)])


def chunklist(source: Value, size: Value) -> Data:
    """Return a list as lists of at most *size* elements."""
    elements, step = items(source), whole(size)
    if step < 1:
        raise failed("chunklist()", "has a size below one")
    return Items(
        Value(Items(elements[place : place + step]), source.at)
        for place in range(0, len(elements), step)
    )


def backwards(source: Value) -> Data:
    """Return a list from its end to its beginning."""
    return Items(reversed(items(source)))


def in_order(source: Value) -> Data:
    """Return a list of strings in their order."""
    return Items(sorted(items(source), key=text))


def one_or_none(source: Value) -> Data | Value:
    """Return the only element, or null where there is none."""
    elements = items(source)
    if len(elements) > 1:
        raise failed("one()", "has a list of more than one element")
    return elements[0] if elements else None


def alltrue(source: Value) -> Data:
    """Tell whether all elements are true."""
    return all(truth(item) for item in items(source))


def anytrue(source: Value) -> Data:
    """Tell whether any element is true."""
    return any(truth(item) for item in items(source))


FUNCTIONS: Mapping[str, Function] = {
    "alltrue": alltrue,
    "anytrue": anytrue,
    "chunklist": chunklist,
    "coalesce": coalesce,
    "coalescelist": coalescelist,
    "compact": compact,
    "concat": concat,
    "contains": contains,
    "distinct": distinct_list,
    "element": element,
    "flatten": flatten,
    "index": index,
    "keys": keys,
    "length": length,
    "lookup": lookup,
    "merge": merge,
    "one": one_or_none,
    "reverse": backwards,
    "setintersection": setintersection,
    "setproduct": setproduct,
    "setsubtract": setsubtract,
    "setunion": setunion,
    "slice": cut,
    "sort": in_order,
    "values": values,
    "zipmap": zipmap,
}
