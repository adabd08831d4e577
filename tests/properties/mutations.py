"""What can happen to a file that somebody has to read."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

_VAULT: Final = b"$ANSIBLE_VAULT;1.1;AES256\n" + b"3133373065666163653464656261646265\n" * 4


def malform(file: Path) -> None:
    """Leave the end open, as somebody does who is called away while typing."""
    tail = b"\nx = {\n" if file.suffix in {".tf", ".tfvars", ".ini", ".cfg"} else b"\nnope: [\n"
    file.write_bytes(file.read_bytes() + tail)


def truncate(file: Path) -> None:
    """Lose the second half, as a full disk does, and in such a place that the first is no whole."""
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2].rstrip() + b"\n{[\n")


def garble(file: Path) -> None:
    """Hold bytes that are no text."""
    file.write_bytes(b"\xff\xfe\x00\xd8" + file.read_bytes())


def vault(file: Path) -> None:
    """Be encrypted, as far as anybody here can tell."""
    file.write_bytes(_VAULT)


MUTATIONS: Final[tuple[Callable[[Path], None], ...]] = (malform, truncate, garble, vault)
