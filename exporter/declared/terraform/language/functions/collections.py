"""Functions over lists, sets and maps."""

import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction

from exporter.declared.terraform.language.comparison import Freezer, distinct
from exporter.declared.terraform.language.conversion import (
    as_list,
    as_map,
    as_set,
    convert,
    strings,
)
from exporter.declared.terraform.language.graphemes import graphemes
from exporter.declared.terraform.language.kinds import type_of
from exporter.declared.terraform.language.unification import unify
from exporter.declared.terraform.language.value_types import (
    ANY,
    BOOL,
    STRING,
    CollectionType,
    Kind,
    Type,
    is_kind,
    list_of,
    tuple_of,
)
from exporter.declared.terraform.language.values import (
    MAX_DEPTH,
    MAX_ITEMS,
    Data,
    Distinct,
    Function,
    Items,
    Lazy,
    NotKnownError,
    Object,
    Overlaid,
    TypedItems,
    TypedList,
    TypedMap,
    Unknown,
    Value,
    attribute,
    collect,
    differing,
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
        case str(data):
            return Fraction(sum(1 for _ in graphemes(data)))
        case Items() as data:
            return Fraction(len(data))
        case Object():
            return Fraction(len(mapping(value)))
        case _:
            raise failed("length()", "has an argument without a length")


def concat(*lists: Value) -> Data:
    """Return the elements of all lists: a list where all are and have a type in common."""
    if not lists:
        raise failed("concat()", "is called with the wrong number of arguments")
    sources = [_listed(source) for source in lists]
    if all(isinstance(source, TypedList) for source in sources):
        common = unify([type_of(source) for source in lists])
        if isinstance(common, CollectionType):
            parts = (as_list(source, common.element) for source in lists)
            return TypedList(collect(itertools.chain.from_iterable(parts)), common.element)
    return collect(item for source in sources for item in source)


def _listed(value: Value) -> Items:
    """Return the elements of a list or tuple: a set has no order."""
    found = items(value)
    if isinstance(found, Distinct):
        raise failed("a value", "is a set, not a list")
    return found


def merge(*maps: Value) -> Data:
    """Return the attributes of all maps; later ones win. Maps of one type make a map.

    What an unknown map may overwrite or add is unknown, but no more than that.
    """
    result = Overlaid()
    for source in maps:
        match source.data:
            case None if not is_kind(source.type, Kind.LIST, Kind.SET):
                continue
            case Lazy():
                pairs, hidden = mapping(source), None
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
    types = {type_of(source) for source in maps}
    common = types.pop() if len(types) == 1 else None
    if isinstance(common, CollectionType):
        merged = result.object()
        return TypedMap(merged, common.element, merged.rest)
    return result.object()


def keys(value: Value) -> Data:
    """Return the names of the attributes, sorted."""
    source = mapping(value)
    names = [Value(key, content.at) for key, content in sorted(source.items(), key=_name)]
    return TypedList(names, STRING) if isinstance(source, TypedMap) else Items(names)


def values(value: Value) -> Data:
    """Return the values of the attributes in the order of their names."""
    source = mapping(value)
    contents = [content for _, content in sorted(source.items(), key=_name)]
    return TypedList(contents, source.element) if isinstance(source, TypedMap) else Items(contents)


def _name(pair: tuple[str, Value]) -> str:
    return pair[0]


def lookup(source: Value, key: Value, default: Value | None = None) -> Value:
    """Return an attribute, or *default* where there is none."""
    data = known(source)
    if not isinstance(data, Object):
        raise failed("lookup()", "has an argument that is no map")
    name = text(key)
    if default is not None and isinstance(data, TypedMap):
        default = convert(default, data.element)
    if default is not None and name not in data and data.rest is None:
        return default
    return attribute(Value(data, source.at), name)


def element(source: Value, place: Value) -> Value:
    """Return an element, counting round and round."""
    elements = _listed(source)
    if not elements:
        raise failed("element()", "has an empty list")
    if whole(place) >= 1 << 63:
        raise failed("element()", "has an index that is too large")
    if whole(place) >= 0:
        return elements[whole(place) % len(elements)]
    raise differing("element()", "counts from the end in some versions, and fails in others")


def index(source: Value, wanted: Value) -> Data:
    """Return where in a list a value stands first."""
    freezer = Freezer()
    sought = freezer.typed(_not_null(wanted))
    for place, item in enumerate(_listed(source)):
        if freezer.typed(item) == sought:
            return Fraction(place)
    raise failed("index()", "has a list without that value")


def contains(source: Value, wanted: Value) -> Data:
    """Tell whether a list holds a value."""
    elements, sought = items(source), known(_not_null(wanted))
    if not isinstance(sought, Items | Object):
        if any(type(one.data) is type(sought) and one.data == sought for one in elements):
            return True
    elif _holds(elements, wanted):
        return True
    hidden = next((one for one in elements if isinstance(one.data, Unknown)), None)
    return hidden is not None and bool(known(hidden))


def _holds(elements: Items, wanted: Value) -> bool:
    freezer = Freezer()
    sought = freezer.typed(wanted)
    return any(
        freezer.typed(one) == sought for one in elements if not isinstance(one.data, Unknown)
    )


def _not_null(value: Value) -> Value:
    if value.data is None:
        raise failed("an argument", "is null")
    return value


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
        elif isinstance(element.data, Items | Unknown):
            pending.append(iter(items(element)))
        else:
            result.append(element)
    return Items(result)


def coalesce(*arguments: Value) -> Value:
    """Return the first argument that is neither null nor an empty string, as the type of all."""
    common = unify([type_of(argument) for argument in arguments])
    if common is None:
        raise failed("coalesce()", "has arguments of different types")
    for argument in arguments:
        try:
            found = convert(argument, common)
        except NotKnownError as error:
            if error.unknown.failed:  # what only seems to have that type is passed over
                continue
            raise
        if known(found) is not None and found.data != "":
            return found
    raise failed("coalesce()", "has no argument with a value")


def coalescelist(*lists: Value) -> Value:
    """Return the first list that is neither null nor empty."""
    for source in lists:
        if not isinstance(source.data, TypedList | Unknown) and type(source.data) is not Items:
            raise failed("coalescelist()", "has an argument that is no list")
    for source in lists:
        if known(source):
            return source
    raise failed("coalescelist()", "has no argument with elements")


def compact(value: Value) -> Data:
    """Return a list of strings without those that are null or empty."""
    found = [item for item in as_list(value, STRING) if known(item) is not None and text(item)]
    return TypedList(found, STRING)


def distinct_list(value: Value) -> Data:
    """Return a list without duplicates, in its order."""
    freezer = Freezer()
    source = as_list(value)
    found: dict[Hashable, Value] = {}
    for item in source:
        found.setdefault(freezer.freeze(item), item)
    return TypedList(found.values(), source.element)


def zipmap(names: Value, contents: Value) -> Data:
    """Return a map of the names to the values in the same places."""
    left, right = as_list(names, STRING), _listed(contents)
    if len(left) != len(right):
        raise failed("zipmap()", "has lists of different lengths")
    pairs = {text(key): value for key, value in zip(left, right, strict=True)}
    return TypedMap(pairs, right.element) if isinstance(right, TypedList) else Object(pairs)


def setproduct(*sets: Value) -> Data:
    """Return all ways to take one element of each set: a set, unless all of these have an order."""
    if len(sets) < 2:  # noqa: PLR2004 - one set makes no product
        raise failed("setproduct()", "is called with the wrong number of arguments")
    lists = [_alike(source) for source in sets]
    count = 1
    for elements, _ in lists:
        count *= len(elements)
        if count > MAX_ITEMS:
            raise unknown("setproduct()", f"gives more than {MAX_ITEMS:,} elements")
    element = tuple_of(kind for _, kind in lists)
    rows = itertools.product(*(elements for elements, _ in lists))
    products = [Value(Items(row), sets[0].at) for row in rows]
    if any(isinstance(known(source), Distinct) for source in sets):
        return distinct(products, element)
    return TypedList(products, element)


def _alike(source: Value) -> tuple[Items, Type]:
    """Return elements as the type that they have in common, and this type."""
    found = items(source)
    if isinstance(found, TypedItems):
        return found, found.element
    element = unify([type_of(item) for item in found]) if found else ANY
    if element is None:
        raise failed("setproduct()", "has elements of different types")
    return Items([convert(item, element) for item in found]), element


def _sets(sets: Sequence[Value]) -> tuple[list[Distinct], Type]:
    """Return sets as the type that they have in common, and that of their elements."""
    found = [as_set(source) for source in sets]
    types = [one.element for one in found if one or one.element is not ANY]
    element = unify(types) if types else ANY
    mixed = element is ANY and any(one is not ANY for one in types)
    if element is None or mixed:
        raise failed("a function", "has sets of different types")
    return [as_set(Value(one, sets[0].at), element) for one in found], element


def setunion(first: Value, *others: Value) -> Data:
    """Return the elements of any set."""
    sets, element = _sets((first, *others))
    return distinct(itertools.chain.from_iterable(sets), element)


def setintersection(first: Value, *others: Value) -> Data:
    """Return the elements that all sets have."""
    (kept, *rest), element = _sets((first, *others))
    freezer = Freezer()
    known_to = [{freezer.freeze(item) for item in other} for other in rest]
    return distinct(
        (item for item in kept if all(freezer.freeze(item) in known for known in known_to)),
        element,
    )


def setsubtract(first: Value, second: Value) -> Data:
    """Return the elements of the first set that the second has not."""
    (kept, taken), element = _sets((first, second))
    freezer = Freezer()
    frozen = {freezer.freeze(item) for item in taken}
    return distinct((item for item in kept if freezer.freeze(item) not in frozen), element)


def cut(source: Value, start: Value, end: Value) -> Data:
    """Return the elements from *start* up to, but not including, *end*."""
    elements = _listed(source)
    if not 0 <= whole(start) <= whole(end) <= len(elements):
        raise failed("slice()", "reaches beyond its list")
    return _of_kind(elements[whole(start) : whole(end)], elements)


def _of_kind(elements: Iterable[Value], source: Items) -> Items:
    """Return elements as a list where the *source* has one type, else as a tuple."""
    if isinstance(source, TypedItems):
        return TypedList(elements, source.element)
    return Items(elements)


def chunklist(source: Value, size: Value) -> Data:
    """Return a list as lists of at most *size* elements."""
    elements, step = as_list(source), whole(size)
    if step < 0:
        raise failed("chunklist()", "has a size below zero")
    step = step or max(len(elements), 1)
    chunks = (
        TypedList(elements[place : place + step], elements.element)
        for place in range(0, len(elements), step)
    )
    return TypedList([Value(chunk, source.at) for chunk in chunks], list_of(elements.element))


def backwards(source: Value) -> Data:
    """Return a list from its end to its beginning."""
    elements = items(source)
    return _of_kind(reversed(elements), elements)


def in_order(source: Value) -> Data:
    """Return a list of strings in their order."""
    return TypedList(sorted(as_list(source, STRING), key=text), STRING)


def one_or_none(source: Value) -> Data | Value:
    """Return the only element, or null where there is none."""
    elements = items(source)
    if len(elements) > 1:
        raise failed("one()", "has a list of more than one element")
    if elements:
        return elements[0]
    return Value(None, source.at, elements.element if isinstance(elements, TypedItems) else ANY)


def alltrue(source: Value) -> Data:
    """Tell whether all elements are true; null is not."""
    return all(known(item) is not None and truth(item) for item in as_list(source, BOOL))


def anytrue(source: Value) -> Data:
    """Tell whether any element is true; null is not."""
    hidden = None
    for item in as_list(source, BOOL):
        if isinstance(item.data, Unknown):
            hidden = item
        elif item.data is not None and truth(item):
            return True
    return hidden is not None and bool(known(hidden))


def matchkeys(contents: Value, names: Value, wanted: Value) -> Data:
    """Return those of the values whose key, in the same place, is wanted."""
    values, keys, search = as_list(contents), as_list(names), as_list(wanted)
    if len(values) != len(keys):
        raise failed("matchkeys()", "has lists of different lengths")
    common = unify([type_of(Value(one, names.at)) for one in (keys, search)])
    if not isinstance(common, CollectionType):
        raise failed("matchkeys()", "has keys of different types")
    freezer = Freezer()
    sought = {freezer.freeze(convert(one, common.element)) for one in search}
    pairs = zip(values, keys, strict=True)
    found = [one for one, key in pairs if freezer.freeze(convert(key, common.element)) in sought]
    return TypedList(found, values.element)


def transpose(value: Value) -> Data:
    """Return a map of each string in the lists to the keys of these."""
    found: dict[str, list[str]] = {}
    for key, group in sorted(as_map(value, list_of(STRING)).items(), key=_name):
        for item in as_list(group, STRING):
            found.setdefault(text(item), []).append(key)
    lists = {key: Value(strings(sorted(names), value.at), value.at) for key, names in found.items()}
    return TypedMap(lists, list_of(STRING))


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
    "matchkeys": matchkeys,
    "merge": merge,
    "one": one_or_none,
    "reverse": backwards,
    "setintersection": setintersection,
    "setproduct": setproduct,
    "setsubtract": setsubtract,
    "setunion": setunion,
    "slice": cut,
    "sort": in_order,
    "transpose": transpose,
    "values": values,
    "zipmap": zipmap,
}
