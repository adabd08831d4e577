"""The functions of Terraform's language that need nothing but their arguments.

A function takes values and returns data, or a value that is passed on with its origin. What it
cannot do without an unknown argument it refuses with :exc:`NotKnownError`.
"""

import inspect
from collections.abc import Mapping
from functools import cache

from exporter.declared.terraform.language.functions import (
    collections,
    conversions,
    dates,
    encoding,
    formatting,
    hashes,
    networks,
    numbers,
    patterns,
    text,
)
from exporter.declared.terraform.language.values import Data, Function, Value, failed

FUNCTIONS: Mapping[str, Function] = {
    **collections.FUNCTIONS,
    **conversions.FUNCTIONS,
    **dates.FUNCTIONS,
    **encoding.FUNCTIONS,
    **formatting.FUNCTIONS,
    **hashes.FUNCTIONS,
    **networks.FUNCTIONS,
    **numbers.FUNCTIONS,
    **patterns.FUNCTIONS,
    **text.FUNCTIONS,
}


def apply(name: str, arguments: list[Value]) -> Data | Value:
    """Call the function *name*, which must be one of ``FUNCTIONS``."""
    least, most = _arity(name)
    if not least <= len(arguments) <= most:
        raise failed(f"{name}()", "is called with the wrong number of arguments")
    return FUNCTIONS[name](*arguments)


@cache
def _arity(name: str) -> tuple[int, float]:
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    plain = [
        parameter for parameter in parameters if parameter.kind is not parameter.VAR_POSITIONAL
    ]
    least = sum(parameter.default is parameter.empty for parameter in plain)
    return least, len(plain) if len(plain) == len(parameters) else float("inf")
