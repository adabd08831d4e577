"""Whatever becomes of a declared list of an object in the cluster is found, whatever its kind."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from exporter.checks import object_additions, object_spec
from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import Verdict
from exporter.domain.objectcontent import compared_content
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from tests.properties.test_object_leaves import OBJECTS, made_of, pointer

Path = tuple[Any, ...]

PASSED_OVER: Final = {
    ("append", "ServiceAccount/imagePullSecrets"): "some distributions add secrets of their own",
    ("turn", "Service/spec/ports"): "the API merges ports by their numbers",
}
"""What is not found, and why."""


def lists(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths to all lists that are not empty."""
    if isinstance(value, list) and value:
        yield path
    items = value.items() if isinstance(value, dict) else ()
    for key, part in enumerate(value) if isinstance(value, list) else items:
        yield from lists(part, (*path, key))


def at(content: Any, path: Path) -> Any:
    for key in path:
        content = content[key]
    return content


def append(items: list[Any]) -> None:
    """Add an item that is like the last one, with other values."""
    item = copy.deepcopy(items[-1])
    if not isinstance(item, dict):
        items.append(f"{item}-x")
        return
    for key, value in item.items():
        if isinstance(value, str):
            item[key] = f"{value}-x"
        elif isinstance(value, int) and not isinstance(value, bool):
            item[key] = value + 1
    items.append(item)


def remove(items: list[Any]) -> None:
    """Take the last item away."""
    items.pop()


def turn(items: list[Any]) -> None:
    """Turn the order round."""
    items.reverse()


def is_found(want: DeclaredObject, seen: dict[str, Any]) -> bool:
    key = want.key
    content = compared_content(seen, group=key.group, kind=key.kind)
    observed = {(key.namespace, key.name): ObservedObject(want.version, content)}
    facts = Facts(
        known={
            DeclaredObjects: DeclaredObjects({key: want}),
            ObservedObjects: ObservedObjects(kinds={key.group_kind: observed}),
        }
    )
    findings = (one for check in (object_spec, object_additions) for one in check.judge(facts))
    return any(one.verdict is Verdict.FAIL for one in findings)


CASES = [
    pytest.param(content, path, change, id=f"{change.__name__}-{content['kind']}{pointer(path)}")
    for content in OBJECTS
    for path in lists(content)
    for change in (append, remove, turn)
    if change is not turn or len(at(content, path)) > 1
]


@pytest.mark.parametrize(("content", "path", "change"), CASES)
def test_a_list_that_is_changed_is_found(
    content: dict[str, Any], path: Path, change: Callable[[list[Any]], None]
) -> None:
    seen = copy.deepcopy(content)
    change(at(seen, path))

    expected = (change.__name__, f"{content['kind']}{pointer(path)}") not in PASSED_OVER
    assert is_found(made_of(content), seen) is expected
