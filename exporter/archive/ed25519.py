"""Verification of Ed25519 signatures, which takes no secret and no program.

Source: RFC 8032, section 5.1.7, with the arithmetic of its section 6.
"""

from hashlib import sha512
from typing import Final, TypeAlias

Point: TypeAlias = tuple[int, int, int, int]
"""Extended homogeneous coordinates."""

KEY: Final = 32
SIGNATURE: Final = 64
_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT: Final = pow(2, (_P - 1) // 4, _P)
_NEUTRAL: Final[Point] = (0, 1, 1, 0)


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether *signature* is that of *message* by the private half of *key*."""
    if len(key) != KEY or len(signature) != SIGNATURE:
        return False
    public, point = _decoded(key), _decoded(signature[:KEY])
    scalar = int.from_bytes(signature[KEY:], "little")
    if public is None or point is None or scalar >= _ORDER:
        return False
    digest = int.from_bytes(sha512(signature[:KEY] + key + message).digest(), "little") % _ORDER
    return _equal(_times(scalar, _BASE), _sum(point, _times(digest, public)))


def _sum(first: Point, second: Point) -> Point:
    a = (first[1] - first[0]) * (second[1] - second[0]) % _P
    b = (first[1] + first[0]) * (second[1] + second[0]) % _P
    c = 2 * first[3] * second[3] * _D % _P
    d = 2 * first[2] * second[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(factor: int, point: Point) -> Point:
    result = _NEUTRAL
    while factor:
        if factor & 1:
            result = _sum(result, point)
        point = _sum(point, point)
        factor >>= 1
    return result


def _equal(first: Point, second: Point) -> bool:
    return (first[0] * second[2] - second[0] * first[2]) % _P == 0 and (
        first[1] * second[2] - second[1] * first[2]
    ) % _P == 0


def _decoded(text: bytes) -> Point | None:
    """Return the point that 32 bytes stand for, None where they stand for none."""
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _x_of(y, sign) if y < _P else None
    return None if x is None else (x, y, 1, x * y % _P)


def _x_of(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if square == 0:
        return None if sign else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P:
        return None
    return _P - x if x & 1 != sign else x


def _base() -> Point:
    y = 4 * pow(5, _P - 2, _P) % _P
    x = _x_of(y, 0)
    if x is None:
        raise ArithmeticError("the base point of Ed25519 is no point")
    return (x, y, 1, x * y % _P)


_BASE: Final = _base()
