"""Random scalars and keys as YAML has them, most of them near to being something else."""

from random import Random
from typing import Final

_WORDS: Final = (
    *("y", "Y", "yes", "Yes", "YES", "yEs", "n", "N", "no", "NO", "on", "On", "off", "OFF", "oN"),
    *("true", "True", "TRUE", "tRue", "false", "False", "null", "Null", "NULL", "~", "nul", "none"),
    *("08", "0o17", "0O17", "017", "0x1F", "0X1f", "0b101", "0B1", "-0b11", "+0x1", "0o8", "09.5"),
    *("1e3", "1E3", "1.e3", ".5", "+.5", "-.5", ".5e1", "1.", "1e21", "1e20", "1e400", "1e-7"),
    *(
        "1_000",
        "1_0.5",
        "_1",
        "1_",
        "0_7",
        "0x_1",
        "1__0",
        "+1",
        "-1",
        "+-1",
        "1+",
        "0",
        "-0",
        "00",
    ),
    *("9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616"),
    *("-9223372036854775808", "-9223372036854775809", "+9223372036854775808", "1.0", "100.0"),
    *(
        "1000000.0",
        "1e6",
        "123456789.5",
        "0.0001",
        "0.00001",
        "-0.0",
        "1:30",
        "1:30.5",
        "190:20:30",
    ),
    *("2024-01-01", "2024-1-1", "2001-12-14t21:59:43.10-05:00", "2024-01-01 10:00:00", "12:30"),
    *("!!str 1", "!!int 3", "!!float 1", "!!bool yes", "! 1", "! null", "!!str yes", "="),
    *("'1'", '"yes"', "'y'", '"1e3"', "'null'", '"\\n"', "a b", "a:b", "-a", "a-", "1a", "e3", "."),
    *(
        "1.5.2",
        "v1.2",
        "1.30",
        "0x",
        "0b",
        "0b2",
        "+",
        "-",
        "..",
        "+.",
        "1e",
        "1e+",
        "1e+3",
        "1e1.5",
    ),
    *(
        "0777",
        "-017",
        "+017",
        "-0o17",
        "1E+3",
        "0.1e-2",
        ".1.",
        "12e03",
        "1,000",
        "0x1.8p1",
        "Infinity",
    ),
    *("9007199254740993", "123456789012345678901234567890", "0.1", "1.10", "3.0e0", "nan", "inf"),
)
_LETTERS: Final = "0123456789.eE+-_xob:yYnN~ "


def document(random: Random) -> str:
    """Return a mapping whose keys and values are such scalars."""
    keys = (_scalar(random), "first", "second")  # of two that mean the same, Go takes either
    return "".join(f"{key}: {_value(random)}\n" for key in keys[: random.randint(1, 3)])


def _value(random: Random) -> str:
    if random.random() < 0.15:
        return f"[{_scalar(random)}, {_scalar(random)}]"
    if random.random() < 0.1:
        return f"{{{_scalar(random)}: {_scalar(random)}}}"
    return _scalar(random)


def _scalar(random: Random) -> str:
    if random.random() < 0.7:
        return random.choice(_WORDS)
    found = "".join(random.choice(_LETTERS) for _ in range(random.randint(1, 6))).strip(" :")
    return found or "x"
