"""A repository written file by file, and an inventory without running Ansible."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout

Repository = Callable[[Mapping[str, str]], Checkout]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Write files by their paths, and open the directory as a checkout."""

    def write(files: Mapping[str, str]) -> Checkout:
        root = tmp_path / "repository"
        root.mkdir(exist_ok=True)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Checkout.at(root, revision="abc")

    return write
