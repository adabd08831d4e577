"""Terraform itself, asked what expressions are worth: many at once, in a process of its own."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

FAILED: Final = "failed"
UNKNOWN: Final = "(known after apply)"
AT_ONCE: Final = 250
_ELEMENT: Final = re.compile(r"^  (?=\S)", re.MULTILINE)


def answers(program: str, expressions: Sequence[str], files: Mapping[str, str]) -> list[str]:
    """Return what `terraform console` shows of each expression, ``failed`` where it has no value.

    *files* lie beside the configuration, for functions that read files.
    """
    groups = (expressions[at : at + AT_ONCE] for at in range(0, len(expressions), AT_ONCE))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return [one for group in groups for one in _group(program, group, Path(folder))]


def _group(program: str, expressions: Sequence[str], folder: Path) -> list[str]:
    """Ask for some at once; where one of them is no expression at all, for fewer."""
    lines = (f'    try({{ v = (\n{one}\n) }}, "{FAILED}"),' for one in expressions)
    configuration = "\n".join(["locals {", "  all = [", *lines, "  ]", "}", ""])
    (folder / "main.tf").write_text(configuration)
    found = list(_elements(_run(program, folder)))
    if len(found) == len(expressions):
        return found
    if len(expressions) == 1:
        return [FAILED]
    half = len(expressions) // 2
    parts = (expressions[:half], expressions[half:])
    return [one for part in parts for one in _group(program, part, folder)]


def _run(program: str, folder: Path) -> str:
    """Return what the console shows of all, nothing where the configuration is refused."""
    (folder / "cli.tfrc").touch()
    ended = subprocess.run(
        [program, "console"],
        cwd=folder,
        input="local.all\n",
        env={
            "PATH": os.defpath,
            "HOME": str(folder),
            "TF_CLI_CONFIG_FILE": str(folder / "cli.tfrc"),
            "CHECKPOINT_DISABLE": "1",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return "" if ended.returncode else ended.stdout


def _elements(shown: str) -> Iterator[str]:
    """Yield how each element of the outer tuple is shown, without its indentation."""
    for part in _ELEMENT.split(shown)[1:]:
        if part.startswith(f'"{FAILED}"'):
            yield FAILED
        elif part.startswith(UNKNOWN):
            yield UNKNOWN
        elif not part.startswith("}"):
            inner = part.partition("\n")[2].rstrip("\n")
            yield inner.removeprefix('    "v" = ')
