"""Declarations written into a checkout of their own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.read import parse
from exporter.domain.declaration import Reading
from exporter.settings.declared import TerraformSettings

Declare = Callable[..., Reading]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "repository"
    root.mkdir()
    return Checkout.at(root, revision="abc123")


@pytest.fixture
def declare(checkout: Checkout) -> Declare:
    """Write files and read the declaration under *path*, by default the whole checkout."""

    def write_and_read(files: Mapping[str, str | bytes], **settings: Any) -> Reading:
        for name, content in files.items():
            file = checkout.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return parse(TerraformSettings(**{"path": ".", **settings}), checkout=checkout)

    return write_and_read
