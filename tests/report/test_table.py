"""A table is for terminals: aligned, and harmless."""

from exporter.report.table import columns, printable


def test_columns_are_aligned_and_have_no_trailing_blanks() -> None:
    lines = list(columns(("A", "B"), [("long cell", "x"), ("y", "")]))

    assert lines == ["A          B", "long cell  x", "y"]


def test_nothing_that_a_terminal_obeys_is_printed() -> None:
    assert printable("a\x1b[31mb\nc\u202e") == "a [31mb c "
