"""``git studio completion``: the script that completes the commands in a shell."""

from __future__ import annotations

from importlib.resources import files

import click

from studio_git import output

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    The script completes commands, options, choices and tracked paths, for "git studio" and for
    "git-studio", and starts no program of ours while you type. Put it where the shell looks:

    \b
    bash  git studio completion bash > ~/.local/share/bash-completion/completions/git-studio
    zsh   git studio completion zsh > DIR/_git-studio     (DIR is a folder of $fpath)
    fish  git studio completion fish > ~/.config/fish/completions/git-studio.fish
    """
    script = files("studio_git").joinpath("completions", f"git-studio.{shell}")
    output.text_block(script.read_text(encoding="utf-8").splitlines(), diff=False)
