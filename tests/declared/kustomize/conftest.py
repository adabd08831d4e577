from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from exporter.declared.checkout import Checkout

Lay = Callable[[Mapping[str, str]], Checkout]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Write files below a folder ``repository`` and return the checkout that holds them."""

    def write(files: Mapping[str, str]) -> Checkout:
        root = tmp_path / "repository"
        root.mkdir(exist_ok=True)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return Checkout.at(root)

    return write
