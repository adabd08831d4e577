"""A key that is made for the tests."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.programs import missing


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key that ssh-keygen made."""
    if shutil.which("ssh-keygen") is None:
        missing("ssh-keygen is missing (openssh-client)")
    path = tmp_path_factory.mktemp("key") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path
