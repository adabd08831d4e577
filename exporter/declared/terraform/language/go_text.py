"""Text as Go's standard library treats it, where Python's differs.

Source: Go, packages ``strings``, ``strconv`` and ``unicode``.
"""

import unicodedata
from typing import Final

SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What ``unicode.IsSpace`` takes for a blank."""
_ESCAPES: Final = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_BYTE, _PLANE = 0x80, 0x10000


def quoted(text: str) -> str:
    """Return a text as ``strconv.Quote`` does."""
    return f'"{"".join(map(_quoted_letter, text))}"'


def _quoted_letter(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter == " " or unicodedata.category(letter) not in _HIDDEN:
        return letter
    code = ord(letter)
    if code < _BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _PLANE else f"\\U{code:08x}"


def title(text: str) -> str:
    """Return a text with the first letter of each word in title case (``strings.Title``)."""
    before = " "
    letters = []
    for letter in text:
        letters.append(_title_letter(letter) if _separates(before) else letter)
        before = letter
    return "".join(letters)


def _separates(letter: str) -> bool:
    """Tell whether a word ends here: a letter, a digit or ``_`` does not end one."""
    if letter.isascii():
        return not (letter.isalnum() or letter == "_")
    category = unicodedata.category(letter)
    return not (category[0] == "L" or category == "Nd") and letter in SPACE


def _title_letter(letter: str) -> str:
    shown = letter.title()
    return shown if len(shown) == 1 else letter


def upper(text: str) -> str:
    """Return a text in upper case, letter by letter: one never becomes several."""
    return text.upper() if text.isascii() else "".join(map(_upper_letter, text))


def _upper_letter(letter: str) -> str:
    shown = letter.upper()
    return shown if len(shown) == 1 else letter


def lower(text: str) -> str:
    """Return a text in lower case, letter by letter."""
    return text.lower() if text.isascii() else "".join(map(_lower_letter, text))


def _lower_letter(letter: str) -> str:
    shown = letter.lower()
    if letter == "\u0130":
        return "i"
    return shown if len(shown) == 1 else letter
