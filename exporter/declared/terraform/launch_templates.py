"""What the launch template, or configuration, of a pool says of the machines that it starts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from exporter.declared.terraform import traversals
from exporter.declared.terraform.attribute_paths import first
from exporter.declared.terraform.bodies import values_of
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Block, Body, Expression
from exporter.declared.terraform.language.values import Items, Origin, Unknown, Value
from exporter.declared.terraform.module import Module
from exporter.declared.terraform.pool_types import TEMPLATE_DATA, TEMPLATE_TYPE

_TEMPLATES = frozenset({"aws_launch_template", "aws_launch_configuration"})
_MIXED = "mixed_instances_policy"
_BLOCKS = frozenset({"launch_template", _MIXED})
_NAMES = ("id", "name", "launch_template_id", "launch_template_name")
_CONFIGURATION = "launch_configuration"
_USER_DATA = ("user_data", "user_data_base64")


def started_with(block: Block, module: Module, scope: Scope) -> Mapping[str, Value]:
    """Return what the template that a pool refers to gives it, by the names of the pool's table.

    What a template says that is not at hand nobody knows. Where the pool has a policy of its own
    for the types of its machines, that of the template is none of them.
    """
    references = list(_references(block.body))
    if not references:
        return {}
    template = next(_templates(references, module), None)
    if template is None:
        unread = Unknown("the launch template", "is none of this module")
        return {TEMPLATE_DATA[0]: Value(unread, block.at)}
    values = values_of(template.body, scope, (*_USER_DATA, "instance_type"))
    found = {TEMPLATE_DATA[0]: first(values, _USER_DATA)}
    if not any(_MIXED in (one.type, *one.labels) for one in block.body.blocks):
        found[TEMPLATE_TYPE] = first(values, ("instance_type",))
    return {name: value for name, value in found.items() if value is not None}


def _templates(references: Iterable[Expression], module: Module) -> Iterator[Block]:
    """Yield the templates that expressions lead to, by way of locals if need be."""
    pending, seen = list(references), set[str]()
    while pending:
        for path in traversals.references(pending.pop()):
            kind, _, rest = path.partition(".")
            name = rest.partition(".")[0]
            found = module.resources.get((kind, name))
            if kind in _TEMPLATES and found is not None:
                yield found
            elif kind == "local" and name not in seen and name in module.locals:
                seen.add(name)
                pending.append(module.locals[name])


def _references(body: Body) -> Iterator[Expression]:
    """Yield what names the template of a pool."""
    if _CONFIGURATION in body.attributes:
        yield body.attributes[_CONFIGURATION]
    for block in body.blocks:
        if block.type in _BLOCKS or (block.type == "dynamic" and set(block.labels) & _BLOCKS):
            yield from _named(block.body)


def _named(body: Body) -> Iterator[Expression]:
    yield from (body.attributes[key] for key in _NAMES if key in body.attributes)
    for block in body.blocks:
        yield from _named(block.body)


PATHS: Final = (
    "launch_template.0.id",
    "launch_template.0.name",
    "mixed_instances_policy.0.launch_template.0.launch_template_specification.0.launch_template_id",
    "launch_configuration",
)
"""Where a pool in a state names its template; Terraform writes both ID and name."""
TEMPLATE_PATHS: Final = ("id", "name", *_USER_DATA, "instance_type")
"""What is read of a template in a state."""
TYPES: Final = _TEMPLATES


def in_state(
    attributes: Mapping[str, Value], templates: Mapping[str, Mapping[str, Value]], at: Origin
) -> Mapping[str, Value]:
    """Return what the template of a pool gives it, of the *templates* by ID and name."""
    named = [one for path in PATHS if (one := first(attributes, (path,))) is not None]
    if not named and not any(_has(attributes, name) for name in _BLOCKS):
        return {}
    values = next((templates[str(one.data)] for one in named if str(one.data) in templates), None)
    if values is None:
        return {TEMPLATE_DATA[0]: Value(Unknown("the launch template", "is not in the state"), at)}
    found = {TEMPLATE_DATA[0]: first(values, _USER_DATA)}
    if not _has(attributes, _MIXED):
        found[TEMPLATE_TYPE] = first(values, ("instance_type",))
    return {name: value for name, value in found.items() if value is not None}


def _has(attributes: Mapping[str, Value], name: str) -> bool:
    """Tell whether there is any block of this name."""
    found = attributes.get(name)
    return found is not None and isinstance(found.data, Items) and bool(found.data)
