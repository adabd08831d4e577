"""Evaluates expressions as far as that can be done without a run; the rest is unknown."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from exporter.declared.terraform.language import costs, operators
from exporter.declared.terraform.language.conversion import convert
from exporter.declared.terraform.language.decimals import Counted
from exporter.declared.terraform.language.expressions import ELEMENT
from exporter.declared.terraform.language.files import FILE_FUNCTIONS, templatestring
from exporter.declared.terraform.language.functions import FUNCTIONS, apply, patterns
from exporter.declared.terraform.language.kinds import type_of
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import (
    BareReference,
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    GetAttribute,
    Index,
    Literal,
    Name,
    ObjectLiteral,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    TupleLiteral,
    Unary,
)
from exporter.declared.terraform.language.unification import unify
from exporter.declared.terraform.language.value_types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    CollectionType,
    Kind,
    ObjectType,
    Primitive,
    TupleType,
    Type,
    is_kind,
    list_of,
    object_of,
    set_of,
    tuple_of,
)
from exporter.declared.terraform.language.values import (
    MAX_TEXT,
    Distinct,
    Items,
    Lazy,
    NotKnownError,
    Object,
    Overlaid,
    TypedItems,
    TypedList,
    Unknown,
    Value,
    attribute,
    differing,
    failed,
    items,
    known,
    mapping,
    normalised,
    text,
    truth,
    unknown,
)
from exporter.foreign.confined import position

_COUNTING = frozenset({"ceil", "floor", "index", "length", "parseint", "signum", "timecmp"})
"""The functions whose numbers are counted."""
COPIED = 16
"""So many names are bound again in the time of a step."""
PLACEHOLDER = "${...}"
"""What stands in a text for a part of it that is not known."""


def evaluate(expression: Expression, scope: Scope) -> Value:
    """Return the value of an expression; where there is none, an unknown one says why."""
    try:
        return evaluate_part(expression, scope)
    except NotKnownError as error:
        return Value(error.unknown, expression.at)


def evaluate_part(expression: Expression, scope: Scope) -> Value:
    """Return the value of a part of an expression, which may be unknown.

    Raises :exc:`NotKnownError` for what fails, or does in some versions: it makes all fail that it
    is part of.
    """
    try:
        scope.budget.enter()
        return _alike_in_all_versions(_EVALUATE[type(expression)](expression, scope))
    except NotKnownError as error:
        if error.unknown.failed or error.unknown.by_version:
            raise
        return Value(error.unknown, expression.at, _type_of_unknown(expression))
    finally:
        scope.budget.leave()


def _type_of_unknown(expression: Expression) -> Type:
    """Return the type of what is not known, but did not fail either."""
    match expression:
        case Call(function="ceil" | "floor" | "log" | "parseint" | "pow" | "signum" | "timecmp"):
            return NUMBER
        case _:
            return type_of_result(expression)


def _alike_in_all_versions(value: Value) -> Value:
    """Return a value, unless some versions fail where it stands."""
    if isinstance(value.data, Unknown) and value.data.by_version:
        raise NotKnownError(value.data)
    return value


def type_of_result(expression: Expression) -> Type:
    """Return the type that an expression has whatever its operands are."""
    match expression:
        case Binary(operator="+" | "-" | "*" | "/" | "%") | Unary(operator="-"):
            return NUMBER
        case Binary() | Unary():
            return BOOL
        case Template(parts=parts) if not _is_wrapped(parts):
            return STRING
        case TemplateFor():
            return STRING
        case _:
            return ANY


def _is_wrapped(parts: tuple[Expression, ...]) -> bool:
    """Tell whether a template is a lone interpolation, which keeps its type."""
    return len(parts) == 1 and not isinstance(parts[0], TemplateIf | TemplateFor)


def _literal(expression: Literal, _: Scope) -> Value:
    value = expression.value
    return Value(normalised(value) if isinstance(value, str) else value, expression.at)


def _name(expression: Name, scope: Scope) -> Value:
    return scope.resolve(expression.name, expression.at)


def _attribute(expression: GetAttribute, scope: Scope) -> Value:
    return attribute(evaluate_part(expression.base, scope), expression.name)


def _index(expression: Index, scope: Scope) -> Value:
    return _element(evaluate_part(expression.base, scope), evaluate_part(expression.key, scope))


def _element(base: Value, key: Value) -> Value:
    data = base.data
    if isinstance(data, Unknown):
        if isinstance(base.type, Primitive) and base.type is not ANY:
            raise failed("a value", f"has no elements: it is a {base.type}")
        of = base.type.element if isinstance(base.type, CollectionType) else ANY
        return Value(data, base.at, of)
    if isinstance(data, Distinct):
        raise failed("a set", "has elements without indices")
    if isinstance(data, Items):
        return data[operators.place(key, len(data))]
    return attribute(base, text(key))


def _splat(expression: Splat, scope: Scope) -> Value:
    base = evaluate_part(expression.base, scope)
    data = base.data if isinstance(base.data, Lazy) else known(base)
    if data is None and is_kind(base.type, Kind.LIST, Kind.SET):
        raise failed("a splat", "is taken of null")
    elements = data if isinstance(data, Items) else () if data is None else (base,)
    found = [evaluate_part(expression.each, scope.bind({ELEMENT: element})) for element in elements]
    if not isinstance(data, TypedItems):
        return Value(Items(found), expression.at)
    if not found:
        hidden = Value(Unknown("an element", "is not there"), base.at, data.element)
        found = [evaluate_part(expression.each, scope.bind({ELEMENT: hidden}))]
        return Value(TypedList((), type_of(found[0])), expression.at)
    return Value(TypedList(found, unify([type_of(one) for one in found]) or ANY), expression.at)


def _tuple(expression: TupleLiteral, scope: Scope) -> Value:
    return Value(Items([evaluate_part(item, scope) for item in expression.items]), expression.at)


def _bare_reference(expression: BareReference, scope: Scope) -> Value:
    del expression, scope
    raise failed("a key", "that is a reference has to stand in parentheses")


def _object(expression: ObjectLiteral, scope: Scope) -> Value:
    pairs = Overlaid()
    for key_expression, value_expression in expression.items:
        key = evaluate_part(key_expression, scope)
        if isinstance(key.data, Unknown):
            pairs.hide(key.data)
        else:
            pairs.add(text(key), evaluate_part(value_expression, scope))
    return Value(pairs.object(), expression.at)


def _conditional(expression: Conditional, scope: Scope) -> Value:
    """Return the branch that is chosen, as the type that both have in common."""
    condition = truth(evaluate_part(expression.condition, scope))
    branches = expression.then, expression.otherwise
    chosen, other = branches if condition else branches[::-1]
    value = evaluate_part(chosen, scope)
    return _in_common(value, _attempted(other, scope))


def _attempted(expression: Expression, scope: Scope) -> Value:
    """Return the value of what is not chosen, of which only the type counts."""
    try:
        value = evaluate_part(expression, scope)
    except NotKnownError as error:
        if error.unknown.by_version:
            raise
        return Value(error.unknown, expression.at, _type_of_failure(expression, scope))
    if isinstance(value.data, Unknown) and value.type is ANY:
        return Value(value.data, value.at, _type_of_collected(expression, scope))
    return value


def _type_of_collected(expression: Expression, scope: Scope) -> Type:
    """Return the type of a list or set of which an element is not known."""
    match expression:
        case Call(function="tolist" | "toset" as name, arguments=[TupleLiteral(items=parts)]):
            found = (type_of(_attempted(one, scope)) for one in parts)
            element = unify([kind for kind in found if kind is not ANY]) or ANY
            return list_of(element) if name == "tolist" else set_of(element)
        case _:
            return ANY


def _type_of_failure(  # noqa: PLR0911 - a line for each kind of expression
    expression: Expression, scope: Scope
) -> Type:
    """Return the type that is known of what failed: a list that holds what failed is a list."""
    match expression:
        case TupleLiteral(items=parts):
            return tuple_of([type_of(_attempted(one, scope)) for one in parts])
        case Conditional(then=then, otherwise=otherwise):
            first, second = (_attempted(one, scope) for one in (then, otherwise))
            common = _common_type(first, second)
            if common is not ANY:
                return common or ANY
            return _type_of_chosen(expression, first, second, scope)
        case ObjectLiteral(items=pairs) if all(isinstance(key, Literal) for key, _ in pairs):
            attempts = {_attempted(key, scope).data: _attempted(one, scope) for key, one in pairs}
            return object_of({str(key): type_of(one) for key, one in attempts.items()})
        case For():
            return _type_of_loop(expression, scope)
        case Index() | GetAttribute():
            return _type_of_element(expression, scope)
        case Splat():
            return _type_of_splat(expression, scope)
        case _:
            return type_of_result(expression)


def _type_of_element(access: Index | GetAttribute, scope: Scope) -> Type:
    """Return the type of an element of a collection that failed elsewhere."""
    base = _as_typed(_attempted(access.base, scope))
    try:
        if isinstance(access, GetAttribute):
            return type_of(attribute(base, access.name))
        return type_of(_element(base, evaluate_part(access.key, scope)))
    except NotKnownError:
        return ANY


def _type_of_chosen(choice: Conditional, first: Value, second: Value, scope: Scope) -> Type:
    """Return the type of the branch of a failed conditional that is chosen, if any is."""
    try:
        return type_of(first if truth(evaluate_part(choice.condition, scope)) else second)
    except NotKnownError:
        return ANY


def _type_of_splat(splat: Splat, scope: Scope) -> Type:
    """Return the type of a splat that fails for an element."""
    base = _attempted(splat.base, scope)

    def type_for(kind: Type) -> Type:
        hidden = Value(Unknown("an element", "is not there"), base.at, kind)
        return type_of(_attempted(splat.each, scope.bind({ELEMENT: hidden})))

    match base.data:
        case TypedItems(element=element):
            return list_of(type_for(element))
        case Items() as data:
            return tuple_of([type_for(type_of(one)) for one in data])
        case None | Unknown():
            return ANY
        case _:
            return tuple_of([type_for(type_of(base))])


def _type_of_loop(loop: For, scope: Scope) -> Type:
    """Return the type of a loop of which an element fails."""
    try:
        collection = _as_typed(_attempted(loop.collection, scope))
        scopes = list(_scopes(loop, collection, scope))
        found = [type_of(_attempted(loop.result, inner)) for inner in scopes]
        if loop.result_key is None:
            return tuple_of(found)
        keys = [text(evaluate_part(loop.result_key, inner)) for inner in scopes]
    except NotKnownError:
        return ANY
    return ANY if loop.grouped else object_of(dict(zip(keys, found, strict=True)))


def _as_typed(value: Value) -> Value:
    """Return a value; of what failed, but is of a known type, one whose elements are unknown."""
    hidden = Unknown("an element", "is not there")
    if not isinstance(value.data, Unknown):
        return value
    match value.type:
        case ObjectType(attributes=attributes):
            pairs = {name: Value(hidden, value.at, kind) for name, kind in attributes}
            return Value(Object(pairs), value.at)
        case TupleType(elements=elements):
            return Value(Items([Value(hidden, value.at, kind) for kind in elements]), value.at)
        case _:
            return value


def _in_common(value: Value, other: Value) -> Value:
    """Return a value as the type that it has in common with *other*."""
    common = _common_type(value, other)
    if common is None:
        raise failed("a conditional", "has results of different types")
    if _is_mixed(type_of(value)) and _is_of_anything(type_of(other)):
        raise failed("a conditional", "has elements of different types, and none beside them")
    return value if common is ANY else convert(value, common)


def _is_of_anything(of: Type) -> bool:
    """Tell whether a type is that of ``tomap({})`` or ``tolist([])``."""
    return isinstance(of, CollectionType) and of.element is ANY


def _is_mixed(of: Type) -> bool:
    """Tell whether the elements have different types in common, and not only primitive ones."""
    match of:
        case ObjectType(attributes=attributes):
            kinds = {kind for _, kind in attributes}
        case TupleType(elements=elements):
            kinds = set(elements)
        case _:
            return False
    kinds.discard(ANY)
    primitive = all(isinstance(kind, Primitive) for kind in kinds)
    return len(kinds) > 1 and not primitive and unify([*kinds]) is not None


def _common_type(left: Value, right: Value) -> Type | None:
    """Return the type of a conditional: for ``null`` the other's, ``ANY`` where that is open."""
    types = [type_of(one) for one in (left, right) if not (one.data is None and one.type is ANY)]
    if ANY in types:
        return ANY
    return unify(types) if types else ANY


def _unary(expression: Unary, scope: Scope) -> Value:
    operand = evaluate_part(expression.operand, scope)
    return Value(operators.unary(expression.operator, operand), expression.at)


def _binary(expression: Binary, scope: Scope) -> Value:
    left = evaluate_part(expression.left, scope)
    try:
        right = evaluate_part(expression.right, scope)
    except NotKnownError:
        if expression.operator in operators.LOGICAL:
            _need_right(expression.operator, left)
        raise
    position.at(*expression.at)
    costs.pay(expression.operator, (left, right), scope.budget)
    return Value(operators.binary(expression.operator, left, right), expression.at)


def _need_right(operator: str, left: Value) -> None:
    """Refuse to tell what depends on the version: 1.12 looks no further once it is decided."""
    if truth(left) is operators.LOGICAL[operator]:
        raise differing(f"an operand of {operator}", "fails, as versions before 1.12 notice")


def _template(expression: Template, scope: Scope) -> Value:
    """Join the parts; a lone interpolation keeps its type, as Terraform has it."""
    if _is_wrapped(expression.parts):
        return evaluate_part(expression.parts[0], scope)
    return scope.budget.pay(Value(_joined(expression, scope), expression.at))


def _joined(expression: Template, scope: Scope) -> str:
    pieces: list[str] = []
    first: Unknown | None = None
    size = 0
    for part in expression.parts:
        value = evaluate_part(part, scope)
        if isinstance(value.data, Unknown):
            first = first or value.data
            pieces.append(value.data.partial or PLACEHOLDER)
        else:
            pieces.append(text(value))
        size += len(pieces[-1])
        if size > MAX_TEXT:
            raise unknown("a template", "gives a text of more than 1 MiB")
    if first is not None:
        raise NotKnownError(replace(first, traversable=False, partial="".join(pieces)))
    return normalised("".join(pieces))


def _template_if(expression: TemplateIf, scope: Scope) -> Value:
    condition = truth(evaluate_part(expression.condition, scope))
    branches = expression.then, expression.otherwise
    chosen, other = branches if condition else branches[::-1]
    return _in_common(_template(chosen, scope), _attempted(other, scope))


def _template_for(expression: TemplateFor, scope: Scope) -> Value:
    collection = evaluate_part(expression.collection, scope)
    body = Template(
        tuple(
            Literal(_joined(expression.body, inner), expression.at)
            for inner in _each(collection, expression, scope)
        ),
        expression.at,
    )
    return Value(_joined(body, scope), expression.at)


def _each(value: Value, loop: For | TemplateFor, scope: Scope) -> Iterator[Scope]:
    """Yield the scope of each element: lists in their order, maps in that of their keys."""
    for key, element in _elements(value):
        scope.budget.spend(1 + len(scope.bindings) // COPIED)
        yield scope.bind({loop.value: element, **({loop.key: key} if loop.key else {})})


def _elements(value: Value) -> Iterator[tuple[Value, Value]]:
    match known(value):
        case Distinct() as data:
            yield from ((element, element) for element in data)
        case Items() as data:
            yield from (
                (Value(Counted(place), element.at), element) for place, element in enumerate(data)
            )
        case Object():
            pairs = mapping(value)
            yield from ((Value(key, pairs[key].at), pairs[key]) for key in sorted(pairs))
        case _:
            raise failed("a for expression", "goes over what is no collection")


def _for(expression: For, scope: Scope) -> Value:
    collection = evaluate_part(expression.collection, scope)
    _check_condition(expression, collection, scope)
    scopes = _scopes(expression, collection, scope)
    if expression.result_key is None:
        found = [evaluate_part(expression.result, inner) for inner in scopes]
        return Value(Items(found), expression.at)
    return Value(_for_object(expression, scopes), expression.at)


def _scopes(expression: For, collection: Value, scope: Scope) -> Iterator[Scope]:
    """Yield the scope of each element for which the condition holds."""
    for inner in _each(collection, expression, scope):
        if expression.condition is None or truth(evaluate_part(expression.condition, inner)):
            yield inner


def _check_condition(expression: For, collection: Value, scope: Scope) -> None:
    """Refuse a condition that never holds nor fails to, even where there is nothing to go over."""
    if expression.condition is not None and not collection.data:
        hidden = Value(Unknown("an element", "is not there"), expression.at)
        inner = scope.bind({expression.key: hidden, expression.value: hidden})
        found = evaluate_part(expression.condition, inner)
        if not isinstance(found.data, Unknown):
            truth(found)


def _for_object(expression: For, scopes: Iterator[Scope]) -> Object:
    groups: dict[str, list[Value]] = {}
    for inner in scopes:
        key = text(evaluate_part(expression.result_key or expression.result, inner))
        groups.setdefault(key, []).append(evaluate_part(expression.result, inner))
    if expression.grouped:
        return Object({key: Value(Items(group), group[0].at) for key, group in groups.items()})
    if any(len(group) > 1 for group in groups.values()):
        raise failed("a for expression", "makes the same key twice")
    return Object({key: group[0] for key, group in groups.items()})


def _call(expression: Call, scope: Scope) -> Value:
    name = expression.function.removeprefix("core::")
    if name in {"try", "can"}:
        return _attempt(name, expression, scope)
    if name == "templatestring":
        return _templatestring(expression, scope)
    arguments = [evaluate_part(argument, scope) for argument in expression.arguments]
    if expression.expanded:
        arguments[-1:] = items(arguments[-1])
    if name in FILE_FUNCTIONS:
        return FILE_FUNCTIONS[name](arguments, scope, expression.at, evaluate_part)
    if name not in FUNCTIONS:
        raise unknown(f"{name}()", "is not evaluated here")
    position.at(*expression.at)
    costs.pay(name, arguments, scope.budget)
    try:
        result = apply(name, arguments)
    finally:
        scope.budget.spend(patterns.cost(name, arguments))
    if isinstance(result, Value):
        return result
    data = normalised(result) if isinstance(result, str) else result
    data = Counted(result) if isinstance(result, Fraction) and name in _COUNTING else data
    return scope.budget.pay(Value(data, expression.at))


def _templatestring(expression: Call, scope: Scope) -> Value:
    """Render a template that must be referred to, not written there."""
    arguments = expression.arguments
    if len(arguments) != 2 or expression.expanded:  # noqa: PLR2004 - a template, and variables
        raise failed("templatestring()", "is called with the wrong arguments")
    if not isinstance(arguments[0], Name | GetAttribute | Index | Splat):
        raise failed("templatestring()", "has a template that is no reference")
    template, variables = (evaluate_part(one, scope) for one in arguments)
    return templatestring(template, variables, scope, evaluate_part, expression.at)


def _attempt(name: str, expression: Call, scope: Scope) -> Value:
    """``try`` and ``can``: go on after what would fail, but not after what is unknown."""
    arguments = expression.arguments
    if expression.expanded or not arguments or (name == "can" and len(arguments) > 1):
        raise failed(f"{name}()", "is called with the wrong arguments")
    for argument in arguments:
        try:
            value = evaluate_part(argument, scope)
        except NotKnownError as error:
            if error.unknown.by_version:
                raise
            continue
        if name == "can":
            known(value)
        return value if name == "try" else Value(True, expression.at)  # noqa: FBT003 - a value
    if name == "can":
        return Value(False, expression.at)  # noqa: FBT003 - a value
    raise failed("try()", "has no argument that does not fail")


_EVALUATE: Mapping[type, Callable[[Any, Scope], Value]] = {
    BareReference: _bare_reference,
    Binary: _binary,
    Call: _call,
    Conditional: _conditional,
    For: _for,
    GetAttribute: _attribute,
    Index: _index,
    Literal: _literal,
    Name: _name,
    ObjectLiteral: _object,
    Splat: _splat,
    Template: _template,
    TemplateFor: _template_for,
    TemplateIf: _template_if,
    TupleLiteral: _tuple,
    Unary: _unary,
}
