"""``completion``: the script that lets a shell complete commands and options."""

import click
from click.shell_completion import get_completion_class

PROGRAM = "cluster-conformance"
VARIABLE = "_CLUSTER_CONFORMANCE_COMPLETE"
"""What asks the command for completions, by click's convention."""


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    For bash: `source <(cluster-conformance completion bash)`; zsh takes the same, fish
    `cluster-conformance completion fish | source`.
    """
    made_by = get_completion_class(shell)
    assert made_by is not None, "click has all three"  # noqa: S101 - the choices above
    click.echo(made_by(ctx.find_root().command, {}, PROGRAM, VARIABLE).source())
