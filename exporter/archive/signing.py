"""Signing by ``ssh-keygen -Y sign``: the key never comes into this process."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from exporter.archive import sshsig
from exporter.domain.errors import ParseError, SettingsError

NAMESPACE: Final = "cluster-conformance-archive"
SECONDS: Final = 60
"""A key may be on a token that waits for a touch."""


def public_key(key: Path) -> bytes:
    """Return the public half of a key file; raises :exc:`SettingsError`.

    The file may be that half itself, where an agent has the other one.
    """
    try:
        text = key.read_bytes()
        text = text if text.startswith(sshsig.ALGORITHM) else _run("-y", "-f", str(key))
        return sshsig.parse_key(text.decode("utf-8", "replace"))
    except OSError as error:
        raise SettingsError([f"{key}: {error.strerror or error}"]) from None
    except ParseError as error:
        raise SettingsError([f"{key}: {error.message}"]) from None


def sign(message: bytes, *, key: Path) -> str:
    """Return the signature of *message*; raises :exc:`SettingsError` where there can be none."""
    return _run("-Y", "sign", "-f", str(key), "-n", NAMESPACE, given=message).decode()


def _run(*arguments: str, given: bytes = b"") -> bytes:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise SettingsError(["ssh-keygen is not installed; it signs archives (openssh-client)"])
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments of the operator
            [program, *arguments], input=given, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SettingsError([f"ssh-keygen took longer than {SECONDS} s"]) from None
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise SettingsError([f"ssh-keygen failed: {said[:300]}"])
    return done.stdout
