"""The functions ``format`` and ``formatlist``, with all their verbs.

Source: go-cty, ``format_fsm.rl`` and ``format.go``; Go, package ``fmt``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from exporter.declared.terraform.language import decimals
from exporter.declared.terraform.language.functions.json_writing import to_json
from exporter.declared.terraform.language.graphemes import graphemes
from exporter.declared.terraform.language.value_types import ANY, STRING
from exporter.declared.terraform.language.values import (
    MAX_TEXT,
    Data,
    Function,
    Items,
    Letters,
    TypedList,
    Unknown,
    Value,
    collect,
    failed,
    known,
    number,
    short,
    text,
    truth,
    unknown,
    whole,
)

_MAX_LETTERS: Final = 8 * MAX_TEXT
"""How many letters the texts of one list may have together."""
_VERB: Final = re.compile(
    r"%(?:%|(?P<flags>[-+ 0#]*)(?P<width>[1-9][0-9]{0,8})?(?:\.(?P<digits>[0-9]{0,8}))?"
    r"(?:\[(?P<place>[1-9][0-9]{0,8})\])?(?P<verb>[A-Za-z]))|%"
)
_MOST: Final = 1_000
"""So wide, and of so many digits, is what is formatted here."""
_BASES: Final[Mapping[str, str]] = {"b": "b", "d": "d", "o": "o", "x": "x", "X": "X"}
_PREFIXES: Final[Mapping[str, str]] = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}


@dataclass(frozen=True, slots=True)
class _Verb:
    """``%-5.2f``: where there is no width or no number of digits, it is -1."""

    letter: str
    flags: str
    width: int
    digits: int

    def padded(self, shown: str) -> str:
        """Fill up to the width; Terraform counts what a reader takes for letters."""
        missing = self.width - sum(1 for _ in graphemes(shown))
        fill = ("0" if "0" in self.flags else " ") * missing
        return shown + fill if "-" in self.flags else fill + shown


def format_text(template: Value, *arguments: Value) -> Data:
    """Replace the verbs of a template by the arguments."""
    return short(_formatted(Letters(), text(template), arguments))


def _formatted(letters: Letters, template: str, arguments: Sequence[Value]) -> str:
    following, highest, pieces, end = 1, 0, [], 0
    for found in _VERB.finditer(template):
        pieces.append(letters.write(template[end : found.start()]))
        end = found.end()
        if found[0] == "%%":
            pieces.append("%")
            continue
        if not found["verb"]:
            raise failed("format()", "has a % that begins no verb")
        place = int(found["place"] or following)
        following, highest = place + 1, max(highest, place)
        if place > len(arguments):
            raise failed("format()", "has fewer arguments than verbs")
        pieces.append(letters.write(_shown(_verb_of(found), arguments[place - 1])))
    if highest < len(arguments):
        raise failed("format()", "has more arguments than verbs")
    return "".join((*pieces, letters.write(template[end:])))


def _verb_of(found: re.Match[str]) -> _Verb:
    width = int(found["width"] or -1)
    digits = -1 if found["digits"] is None else int(found["digits"] or 0)
    if max(width, digits) > _MOST:
        raise unknown("format()", "is not evaluated for such a width")
    return _Verb(found["verb"], found["flags"], width, digits)


def _shown(verb: _Verb, value: Value) -> str:
    match verb.letter:
        case "v":
            return verb.padded(_as_is(verb, value))
        case "s" | "q":
            return verb.padded(_string(verb, value))
        case "t":
            return "true" if truth(value) else "false"
        case "b" | "d" | "o" | "x" | "X":
            return _integer(verb, whole(value))
        case "e" | "E" | "f" | "g" | "G":
            return _decimal(verb, number(value))
        case letter:
            raise failed("format()", f"has no verb %{letter}")


def _as_is(verb: _Verb, value: Value) -> str:
    data = known(value)
    if data is None and value.type is ANY:
        raise unknown("format()", "tells nothing of a null without a type")
    if "#" not in verb.flags and isinstance(data, str):
        return data
    if "#" not in verb.flags and isinstance(data, Fraction):
        digits, point = decimals.digits_of(abs(data))
        return ("-" if data < 0 else "") + decimals.general(digits, point, limit=6)
    return to_json(value)


def _string(verb: _Verb, value: Value) -> str:
    content = text(value)
    if verb.digits > 0:
        letters = list(graphemes(content))
        content = "".join(letters[: verb.digits])
    return to_json(Value(content, value.at)) if verb.letter == "q" else content


def _sign(verb: _Verb, *, negative: bool) -> str:
    if negative:
        return "-"
    return "+" if "+" in verb.flags else " " if " " in verb.flags else ""


def _integer(verb: _Verb, value: int) -> str:
    """Return a whole number as ``big.Int.Format`` does."""
    digits = format(abs(value), _BASES[verb.letter])
    prefix = _PREFIXES.get(verb.letter, "") if "#" in verb.flags else ""
    sign = _sign(verb, negative=value < 0)
    if verb.digits >= 0:
        digits = digits.rjust(verb.digits, "0") if value or verb.digits else ""
    length = len(sign + prefix + digits)
    zeros = "0" in verb.flags and "-" not in verb.flags and verb.digits < 0
    if zeros:
        digits = "0" * (verb.width - length) + digits
    shown = sign + prefix + digits
    return shown.ljust(verb.width) if "-" in verb.flags else shown.rjust(verb.width)


def _decimal(verb: _Verb, value: Fraction) -> str:
    """Return a number as ``big.Float.Format`` does."""
    digits = 6 if verb.digits < 0 and verb.letter in "eEf" else verb.digits
    shown = _DECIMALS[verb.letter.lower()](abs(value), digits)
    shown = shown.upper() if verb.letter in "EG" else shown
    sign = _sign(verb, negative=value < 0)
    if "0" in verb.flags and "-" not in verb.flags:
        return sign + shown.rjust(verb.width - len(sign), "0")
    shown = sign + shown
    return shown.ljust(verb.width) if "-" in verb.flags else shown.rjust(verb.width)


def _fixed(value: Fraction, digits: int) -> str:
    scaled = str(round(value * 10**digits)).rjust(digits + 1, "0")
    return f"{scaled[:-digits]}.{scaled[-digits:]}" if digits else scaled


def _power(value: Fraction, digits: int) -> str:
    shown, point = _rounded(value, digits + 1)
    exponent = point - 1 if value else 0
    rest = f".{shown[1:]}" if digits else ""
    return f"{shown[0]}{rest}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _general(value: Fraction, digits: int) -> str:
    if digits < 0:
        return decimals.general(*decimals.digits_of(value), limit=21)
    shown, point = _rounded(value, digits or 1)
    shown = shown.rstrip("0")
    limit = digits or 1
    limit = len(shown) if limit > len(shown) >= point else limit
    return decimals.general(shown, point, limit=limit)


def _rounded(value: Fraction, count: int) -> tuple[str, int]:
    """Return so many digits of a number, and where its point stands."""
    if not value:
        return "0" * count, 1
    _, point = decimals.digits_of(value)
    digits = str(round(value * Fraction(10) ** (count - point)))
    return digits[:count], point + len(digits) - count


_DECIMALS: Final = {"f": _fixed, "e": _power, "g": _general}


def formatlist(template: Value, *arguments: Value) -> Data:
    """Apply ``format`` to each element of the lists among the arguments."""
    letters, source = Letters(_MAX_LETTERS), text(template)
    lists = [argument.data for argument in arguments]
    if hidden := next((one for one in lists if isinstance(one, Unknown)), None):
        raise unknown(hidden.subject, hidden.why)
    sizes = {len(one) for one in lists if isinstance(one, Items)}
    if len(sizes) > 1:
        raise failed("formatlist()", "has lists of different lengths")
    rows = (
        [
            one[row] if isinstance(one, Items) else argument
            for one, argument in zip(lists, arguments, strict=True)
        ]
        for row in range(sizes.pop() if sizes else 1)
    )
    made = (Value(_formatted(letters, source, row), template.at) for row in rows)
    return TypedList(collect(made), STRING)


FUNCTIONS: Mapping[str, Function] = {"format": format_text, "formatlist": formatlist}
