"""The commands: they parse their options, call :mod:`exporter.app` and print.

Each is a module of its own, imported when it is named; what takes long to import is imported when a
command runs, so that ``--help`` and completion are quick.
"""

import click

from exporter import __version__
from exporter.cli.lazy import LazyGroup

SUMMARIES = {
    "archive": "Verify what `report --archive` keeps, and answer questions from it, offline.",
    "check": "Evaluate once and print what was found.",
    "completion": "Print the completion script of a shell.",
    "config": "Check the settings, or print what follows from them.",
    "declared": "Print the merged declaration with its provenance.",
    "diff": "Print which findings of B are not those of A.",
    "dump": "Write a dump of the cluster into the empty folder DIR.",
    "explain": "Print all that is declared and observed of KIND/NAME, and every check of it.",
    "init": "Write the first settings for the checkout REPO, and check with them.",
    "report": "Evaluate once and write a validation report.",
    "serve": "Evaluate again and again, and serve metrics and a status page.",
}


@click.group(
    cls=LazyGroup,
    summaries=SUMMARIES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "--version", "-V")
def cli() -> None:
    """Tell whether a running Kubernetes cluster matches what its code says."""
