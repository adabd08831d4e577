"""Values that are credentials, told by the names that they go by and by what they look like.

Nothing here returns a value, or any part of one.
"""

import re
from collections import Counter
from collections.abc import Iterator
from math import log2
from typing import Final, NamedTuple

from exporter.domain.fields import text_of
from exporter.domain.json import JsonObject, as_list, as_object, as_text
from exporter.domain.references import CONTAINERS

NAMED: Final = re.compile(
    r"(?i)(?:^|[_.-])(?:"
    r"pass(?:wd|word|phrase)?|pwd|secret|token|credentials?|api[_-]?key|"
    r"(?:access|account|auth|client|encryption|master|private|secret|signing)[_-]?key|"
    r"(?:access|api|auth|bearer|bot|refresh)token|apisecret|clientsecret"
    r")s?$|passw(?:or)?d$"
)
"""Ends of names that credentials go by; what stands for them (``_FILE``, ``_NAME``) is none."""

LOOKS: Final = re.compile(
    r"AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|"
    r"xox[abprs]-[\w-]{10,}|sk_live_\w{10,}|AIza[\w-]{35}|"
    r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}|"
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----|"
    r"[a-z][a-z0-9+.-]{1,30}://[^\s:/@]{0,200}:(?!\$)[^\s:/@]{3,200}@"
)
"""What tokens of well-known services, private keys and addresses with a password look like."""

IDENTIFIERS: Final = re.compile(
    r"(?i)(?:id|hash|sha\d*|digest|checksum|cert|public[_-]?key|crt)s?$"
)
"""Ends of names of long values that are no secret."""

HARMLESS: Final = re.compile(
    r"(?i)|true|false|yes|no|on|off|none|null|nil|enabled?|disabled?|required|optional|basic|"
    r"[0-9.]{1,3}|\$\(.*\)|\$\{.*\}|<.*>|/[\w./-]*|https?://[^@\s]*|[\w./-]*\.svc(?:\.[\w.]+)?"
)
"""Values that are none whatever they are called: switches, small numbers, paths, references."""

LONG: Final = 32
RANDOM: Final = 4.3
"""Bits for each character; text is below 4.2, hexadecimal digits at most 4."""
SAMPLE: Final = 4_096


class Credential(NamedTuple):
    """A variable of a *container* with a credential in it; *pointer* is where it stands."""

    variable: str
    container: str
    pointer: str


def credentials(spec: JsonObject) -> Iterator[Credential]:
    """Yield the variables of a pod's *spec* whose values are credentials in plain text."""
    for field in CONTAINERS:
        for number, container in enumerate(map(as_object, as_list(spec.get(field)))):
            for index, variable in enumerate(map(as_object, as_list(container.get("env")))):
                name = as_text(variable.get("name"))
                if is_credential(name, text_of(variable.get("value"))):
                    pointer = f"/{field}/{number}/env/{index}"
                    yield Credential(name, as_text(container.get("name")), pointer)


def is_credential(name: str, value: str) -> bool:
    """Tell whether *value*, which goes by *name*, is a credential."""
    sample = value.strip()[:SAMPLE]
    if HARMLESS.fullmatch(sample):
        return False
    if NAMED.search(name) or LOOKS.search(sample):
        return True
    return not IDENTIFIERS.search(name) and _is_random(sample)


def _is_random(text: str) -> bool:
    """Tell whether *text* is one long word of digits and letters of both cases, in no pattern."""
    if len(text) < LONG or not re.fullmatch(r"[A-Za-z0-9+/=_-]+", text):
        return False
    if not all(re.search(letters, text) for letters in ("[a-z]", "[A-Z]", "[0-9]")):
        return False
    return _entropy(text) >= RANDOM


def _entropy(text: str) -> float:
    """Return Shannon's entropy of *text* in bits for each character."""
    counts = Counter(text).values()
    return -sum(count / len(text) * log2(count / len(text)) for count in counts)
