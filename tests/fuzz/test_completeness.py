"""No parser is forgotten."""

import importlib

from .completeness import parsing_modules, undecided
from .targets import EXCEPTIONS, TARGETS

REACHED = {module for target in TARGETS for module in target.modules}


def test_every_module_that_parses_is_fuzzed_or_an_exception() -> None:
    assert sorted(set(parsing_modules()) - REACHED - EXCEPTIONS.keys()) == []


def test_no_exception_is_stale() -> None:
    assert EXCEPTIONS.keys() <= set(parsing_modules())
    assert EXCEPTIONS.keys().isdisjoint(REACHED)


def test_every_module_named_exists() -> None:
    for module in REACHED:
        importlib.import_module(module)


def test_no_two_targets_have_one_name() -> None:
    names = [one.name for one in TARGETS]

    assert sorted(set(names)) == sorted(names)


def test_who_decodes_expects_all_that_is_raised() -> None:
    assert list(undecided()) == []
