"""Which controls of which frameworks each check is evidence for.

The data file ``controls.json`` names, by check, the controls of ISMS-P, ISO/IEC 27001:2022 and
SOC 2 that its findings speak of. Evidence for a control is not all that the control asks for.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import msgspec


class Framework(msgspec.Struct, frozen=True):
    """A framework: its *title*, the *source* of its text, and titles of controls by language."""

    title: str
    source: str
    controls: Mapping[str, Mapping[str, str]]


class Mapped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The data file: frameworks by their ids, and by check the controls of each of them."""

    frameworks: Mapping[str, Framework]
    checks: Mapping[str, Mapping[str, tuple[str, ...]]]


@cache
def mapped() -> Mapped:
    """Return the mapping as the data file has it."""
    text = files("exporter.report").joinpath("controls.json").read_bytes()
    return msgspec.json.decode(text, type=Mapped)


def of_check(check: str) -> Mapping[str, tuple[str, ...]]:
    """Return the controls that a check is evidence for, by framework; none of an unknown one."""
    return mapped().checks.get(check, {})


def titles(check: str) -> Iterator[str]:
    """Yield the controls of a check as auditors cite them: ``ISMS-P 2.9.1``."""
    for framework, controls in of_check(check).items():
        for control in controls:
            yield f"{mapped().frameworks[framework].title} {control}"


def token(framework: str, control: str) -> str:
    """Return a control's id as OSCAL can name it, with a letter first: ``isms-p_2.9.1``."""
    return f"{framework}_{control.lower()}"
