from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.machines import reader as machines
from exporter.domain.declaration import Reading
from exporter.settings.declared import MachinesSettings

Declare = Callable[..., Reading]


@pytest.fixture
def declare(tmp_path: Path) -> Declare:
    """Read files as one entry of ``declared.machines``, with further settings of that entry."""

    def read(files: str | Mapping[str, str], *, called: str = "", **settings: Any) -> Reading:
        laid = {"m.yaml": files} if isinstance(files, str) else files
        for name, text in laid.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        entry = MachinesSettings(**{"path": ".", **settings})
        return machines.read([entry], checkout=Checkout.at(tmp_path), cluster=called)

    return read
