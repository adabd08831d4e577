"""Starts the command: ``python -m exporter`` and ``cluster-conformance``."""

from exporter.cli import cli


def main() -> None:
    """Run the command line; exits with its code."""
    cli(prog_name="cluster-conformance")


if __name__ == "__main__":
    main()
