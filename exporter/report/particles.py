"""Korean particles: which of two there are follows from how the word before ends.

Catalogues have both, as ``{name}이(가)``. After a final consonant the first stands, else the other;
of 으로 and 로 the sound ㄹ takes the short one, too (Hangul orthography, articles 15 and 18 of its
standard). How a foreign word is spelled does not say for certain how it is spoken; what is spelled
in Latin letters is told by its last ones.
"""

import re
from typing import Final

_PAIRS: Final = {
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "은(는)": ("은", "는"),
    "와(과)": ("과", "와"),
    "(으)로": ("으로", "로"),
}
_PARTICLE: Final = re.compile(rf"(\w)(\W*)({'|'.join(map(re.escape, _PAIRS))})")
_FIRST, _LAST, _FINALS = 0xAC00, 0xD7A3, 28
_RIEUL: Final = 8
"""The number of ㄹ among the final consonants of Unicode's syllables."""
_DIGITS: Final = frozenset("013678")
"""Digits whose Korean names (영, 일, 삼, 육, 칠, 팔) end in a consonant."""
_SPOKEN: Final = re.compile(r".*(?:[lmn]|ng|ck|let)|[^aeiou]*[aeiou][bkpt]", re.ASCII)
"""How words end that are written with a final consonant in Korean: 셸, 폼, 체인, 스택, 큘렛, 맵."""
_LONGEST: Final = 16
"""Letters of a word that are looked at."""
_LETTERS: Final = frozenset("LMNR")
"""Letters whose own names (엘, 엠, 엔, 알) end in a consonant."""


def resolved(text: str) -> str:
    """Return *text* with the one particle that fits wherever it has both."""
    return _PARTICLE.sub(_chosen, text) if "(" in text else text


def _chosen(found: re.Match[str]) -> str:
    end = found.end(1)
    closed, rieul = _ending(_word(found.string[max(0, end - _LONGEST) : end]))
    first, other = _PAIRS[found[3]]
    takes_first = closed and not (rieul and found[3] == "(으)로")
    return f"{found[1]}{found[2]}{first if takes_first else other}"


def _word(text: str) -> str:
    """Return the letters of one script, or the digit, that *text* ends with."""
    last = text[-1]
    if not (last.isascii() and last.isalpha()):
        return last
    length = next(
        (at for at, one in enumerate(reversed(text)) if not (one.isascii() and one.isalpha())),
        len(text),
    )
    return text[-length:]


def _ending(word: str) -> tuple[bool, bool]:
    """Return whether a word ends in a consonant, and whether that is ㄹ."""
    last = word[-1]
    if _FIRST <= ord(last) <= _LAST:
        final = (ord(last) - _FIRST) % _FINALS
        return final != 0, final == _RIEUL
    if last.isdigit():
        return last in _DIGITS, last in "178"
    if word.isupper():
        return last in _LETTERS, last in "LR"
    return _SPOKEN.fullmatch(word.lower()) is not None, last in "lL"
