"""What commands say beside tables and documents: texts of others are in it, too."""

import click

from exporter.report.columns import printable


def tell(text: str, *, err: bool = False) -> None:
    """Print lines, on standard error where *err*, without what a terminal would obey."""
    click.echo(plain(text), err=err)


def plain(text: str) -> str:
    """Return the same lines, with blanks for what is not printable."""
    return "\n".join(map(printable, text.split("\n")))
