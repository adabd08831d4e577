"""Changing any declared leaf of any object of the reference cluster is found; so is its loss."""

from pathlib import Path

import pytest

from tests.properties.reference_leaves import count, declared, recorded

pytestmark = pytest.mark.usefixtures("kustomize")


async def test_any_leaf_that_is_changed_and_any_object_that_is_gone_is_found(
    tmp_path: Path,
) -> None:
    rows, missed = count(await declared(tmp_path))

    assert sum(row.leaves for row in rows) > 300
    assert missed == []
    assert rows == recorded(), "make report counts anew"
    assert [row for row in rows if row.lost < row.objects] == []
