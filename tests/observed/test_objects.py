import pytest
from msgspec import Raw

from exporter.domain.errors import ParseError
from exporter.domain.gaps import Gap
from exporter.domain.objectkeys import GroupKind, ObjectKey
from exporter.observed.objects import DumpedObjects

WIDGET = GroupKind("example.org", "Widget")
KEY = ObjectKey("example.org", "Widget", "api", "a")


def test_an_object_that_cannot_be_read_is_there_by_its_name() -> None:
    objects = DumpedObjects()
    raw = b'{"metadata": {"name": "a", "namespace": "api"}, "spec": {"size": 1e999}}'

    objects.take(Raw(raw), WIDGET, version="v1")

    assert KEY in objects.fact()
    assert isinstance(objects.fact().get(KEY), Gap)


@pytest.mark.parametrize("raw", [b"{}", b"[]", b'{"metadata": {}}', b'{"metadata": {"name": 5}}'])
def test_an_object_without_a_name_is_an_error(raw: bytes) -> None:
    with pytest.raises(ParseError):
        DumpedObjects().take(Raw(raw), WIDGET, version="v1")
