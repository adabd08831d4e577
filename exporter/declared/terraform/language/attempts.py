"""What only its type counts of: a branch that is not chosen, and may fail without harm."""

from exporter.declared.terraform.language.elements import element_of
from exporter.declared.terraform.language.expressions import ELEMENT
from exporter.declared.terraform.language.kinds import type_of
from exporter.declared.terraform.language.loops import scopes_of
from exporter.declared.terraform.language.parts import evaluate_part, type_of_result
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import (
    Call,
    Conditional,
    Expression,
    For,
    GetAttribute,
    Index,
    Literal,
    ObjectLiteral,
    Splat,
    TupleLiteral,
)
from exporter.declared.terraform.language.unification import unify
from exporter.declared.terraform.language.value_types import (
    ANY,
    ObjectType,
    TupleType,
    Type,
    list_of,
    object_of,
    set_of,
    tuple_of,
)
from exporter.declared.terraform.language.values import (
    Items,
    NotKnownError,
    Object,
    TypedItems,
    Unknown,
    Value,
    attribute,
    text,
    truth,
)


def attempted(expression: Expression, scope: Scope) -> Value:
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
            found = (type_of(attempted(one, scope)) for one in parts)
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
            return tuple_of([type_of(attempted(one, scope)) for one in parts])
        case Conditional(then=then, otherwise=otherwise):
            first, second = (attempted(one, scope) for one in (then, otherwise))
            common = common_type(first, second)
            if common is not ANY:
                return common or ANY
            return _type_of_chosen(expression, first, second, scope)
        case ObjectLiteral(items=pairs) if all(isinstance(key, Literal) for key, _ in pairs):
            attempts = {attempted(key, scope).data: attempted(one, scope) for key, one in pairs}
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
    base = _as_typed(attempted(access.base, scope))
    try:
        if isinstance(access, GetAttribute):
            return type_of(attribute(base, access.name))
        return type_of(element_of(base, evaluate_part(access.key, scope)))
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
    base = attempted(splat.base, scope)

    def type_for(kind: Type) -> Type:
        hidden = Value(Unknown("an element", "is not there"), base.at, kind)
        return type_of(attempted(splat.each, scope.bind({ELEMENT: hidden})))

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
        collection = _as_typed(attempted(loop.collection, scope))
        scopes = list(scopes_of(loop, collection, scope))
        found = [type_of(attempted(loop.result, inner)) for inner in scopes]
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


def common_type(left: Value, right: Value) -> Type | None:
    """Return the type of a conditional: for ``null`` the other's, ``ANY`` where that is open."""
    types = [type_of(one) for one in (left, right) if not (one.data is None and one.type is ANY)]
    if ANY in types:
        return ANY
    return unify(types) if types else ANY
