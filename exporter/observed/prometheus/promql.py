"""Texts of PromQL: selectors whose values are quoted, and patterns as regular expressions."""

from collections.abc import Iterable, Mapping
from fnmatch import translate

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def quoted(value: str) -> str:
    """Return *value* as a string of PromQL."""
    return f'"{value.translate(_ESCAPES)}"'


def selector(name: str, labels: Mapping[str, str], *matchers: str) -> str:
    """Return the selector of the metric *name* with these *labels* and further *matchers*."""
    found = [*(f"{key}={quoted(value)}" for key, value in sorted(labels.items())), *matchers]
    return f"{name}{{{','.join(found)}}}" if found else name


def matching(label: str, patterns: Iterable[str]) -> str:
    """Return the matcher of a *label* for shell *patterns*."""
    return f"{label}=~{quoted('|'.join(regex(pattern) for pattern in patterns))}"


def regex(pattern: str) -> str:
    """Return a shell *pattern* as Prometheus' RE2 understands it, which anchors by itself."""
    body = translate(pattern).removeprefix("(?s:")
    for end in (r")\Z", r")\z"):
        body = body.removesuffix(end)
    return body.replace("(?>", "(?:")


def narrowed(wide: str, labels: Mapping[str, str]) -> str:
    """Return a selector that asks for these *labels*, too."""
    if not labels:
        return wide
    added = selector("", labels)
    return f"{wide[:-1]},{added[1:]}" if wide.endswith("}") else wide + added
