"""What our reader of YAML says is what kustomize reads, wherever both take a document.

Two parsers that read one text differently are a way around whoever decides by one of them.
"""

import os
import random
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from exporter.domain.errors import ParseError
from exporter.foreign import yaml

from .counting import TRIED

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
FEW = 16
_SCALARS: Final = (
    *("yes", "no", "on", "off", "y", "n", "Yes", "NO", "true", "True", "TRUE", "null", "~", ""),
    *(
        "1",
        "01",
        "0o7",
        "0x1F",
        "1_000",
        "1e3",
        "1.0",
        ".5",
        "+1",
        "-0",
        "0b11",
        "1:30",
        "12:30:45",
    ),
    *(".inf", "-.INF", ".nan", "2025-01-01", "2025-01-01T00:00:00Z", "=", "<<", "a b", "a#b"),
    *(
        "'yes'",
        '"no"',
        '"\\u0041"',
        '"\\x41"',
        '"a\\\n  b"',
        "'it''s'",
        '"\\/"',
        '"\\N"',
        "|\n    x\n",
    ),
    *(
        "|-\n    x\n",
        ">\n    a\n    b\n",
        "|2\n    x\n",
        "a\u0085b",
        '"a\u2028b"',
        "\ufeffa",
        "a\tb",
    ),
    *(
        "!!str 1",
        "!!int '1'",
        "!!float 1",
        "!!bool yes",
        "!!null x",
        "!!binary aGk=",
        "! 1",
        "!x 1",
    ),
    *("!<tag:yaml.org,2002:str> 1", "!!timestamp 2025-01-01", "&a 1", "*a", "&a x", "1,000", "?x"),
)
_LINES: Final = (
    *("k: {0}", "k: [{0}, {1}]", "k: {{a: {0}, b: {1}}}", "k:\n    a: {0}", "k:\n  - {0}\n  - {1}"),
    *("? k\n  : {0}", "{0}: v", "'k': {0}", '"k": {0}', "k : {0}", "k:\t{0}", "k: {0} # {1}"),
    *("k: &a {{x: {0}}}\n  l: *a", "k: &a {{x: {0}}}\n  l: {{<<: *a, x: {1}}}", "k: {0}\n  k: {1}"),
    *("k: &a {{x: {0}}}\n  l: {{x: {1}, <<: *a}}", "k: [&a {0}, *a]", "k: !!map {{a: {0}}}"),
    *("k: &a {{x: 1}}\n  l: &b {{y: 2}}\n  m: {{<<: [*a, *b], z: {0}}}", "k: !!set {{a, b}}"),
)
_DIALECT: Final = re.compile(
    r"(?i:|~|null|=|y(es)?|no?|on|off|true|false|[-+]?[.\d][\d_.,:eTZoxbA-F+-]*|[-+]?\.(inf|nan))"
)
_FRAMES: Final = (
    "{0}",
    "\ufeff{0}",
    "%YAML 1.1\n---\n{0}",
    "---\n{0}...\n",
    "{0}---\n",
    "# {{}}\n{0}",
)


def _document(chance: random.Random) -> str:
    lines = [
        chance.choice(_LINES).format(chance.choice(_SCALARS), chance.choice(_SCALARS))
        for _ in range(chance.randint(1, 2))
    ]
    body = "\n  ".join(line.replace("k", f"k{at}") for at, line in enumerate(lines))
    text = f"apiVersion: example.org/v1\nkind: Thing\nmetadata: {{name: a}}\nspec:\n  {body}\n"
    return chance.choice(_FRAMES).format(text)


def _ours(text: str) -> Any:
    """Return the spec as our reader has it; None where it refuses."""
    try:
        found = [yaml.plain(one.value) for one in yaml.load_all(text, exact=True)]
    except ParseError:
        return None
    things = [one for one in found if isinstance(one, dict)]
    return things[0].get("spec") if len(things) == 1 else None


def _theirs(text: str, folder: Path, kustomize: str) -> Any:
    """Return the spec as kustomize has it; None where it refuses."""
    (folder / "kustomization.yaml").write_text("resources: [thing.yaml]\n")
    (folder / "thing.yaml").write_text(text)
    done = subprocess.run([kustomize, "build", folder], capture_output=True, check=False)
    if done.returncode:
        return None
    found = [yaml.plain(one.value) for one in yaml.load_all(done.stdout.decode())]
    return found[0].get("spec") if len(found) == 1 and isinstance(found[0], dict) else None


def _essence(value: Any) -> Any:
    """Return what no dialect reads otherwise: structure, keys, and texts that are clearly such.

    What looks like a number, a truth value, a time or nothing is one to YAML 1.1, and a text to
    kustomize, or the other way round; where a path stands so, it is refused (``foreign.exact``).
    """
    if isinstance(value, dict):
        return sorted((str(_essence(key)), _essence(one)) for key, one in value.items())
    if isinstance(value, list):
        return [_essence(one) for one in value]
    if not isinstance(value, str) or _DIALECT.fullmatch(value):
        return None
    return " ".join(value.replace("\u0085", " ").split())  # kustomize prints it as it is


def _check(seeds: Sequence[int], folder: Path, kustomize: str) -> None:
    for seed in seeds:
        TRIED["documents compared with kustomize"] += 1
        text = _document(random.Random(seed))  # noqa: S311 - can be had again
        ours, theirs = _ours(text), _theirs(text, folder, kustomize)
        if ours is not None and theirs is not None:
            assert _essence(ours) == _essence(theirs), (
                f"seed {seed}: {text!r} is {ours!r}, and {theirs!r}"
            )


def test_what_both_read_is_the_same(tmp_path: Path, kustomize: str) -> None:
    _check(range(FEW), tmp_path, kustomize)
    until, seed = time.monotonic() + SECONDS / 100, random.SystemRandom().getrandbits(30)
    while time.monotonic() < until:
        _check([seed], tmp_path, kustomize)
        seed += 1


@pytest.mark.parametrize("seed", range(40))
def test_a_document_has_one_thing_that_is_read(seed: int) -> None:
    text = _document(random.Random(seed))  # noqa: S311 - can be had again

    assert text.count("kind: Thing") == 1
