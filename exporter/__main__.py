"""Starts the command: ``python -m exporter`` and ``cluster-conformance``."""

import sys
from contextlib import ExitStack

_READING = frozenset({"serve", "check", "report", "declared", "init", "dump", "explain", "diff"})
"""The commands that read a repository."""
_HELP = frozenset({"--help", "-h"})


def main() -> None:
    """Run the command line; exits with its code.

    What reads is forked before anything else is there: it has no use for a web server, and what
    it is made of then is shared with it.
    """
    with ExitStack() as stack:
        workers = None
        if _READING.intersection(sys.argv[1:2]) and not _HELP.intersection(sys.argv):
            from exporter.declared.confined import Workers  # noqa: PLC0415 - not for other commands

            workers = Workers.start()
            stack.callback(workers.template.stop)
        from exporter.cli import cli  # noqa: PLC0415 - the web server, which workers do not need

        cli(prog_name="cluster-conformance", obj=workers)


if __name__ == "__main__":
    main()
