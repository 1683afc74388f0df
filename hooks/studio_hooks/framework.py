"""What a hook can know when a framework (pre-commit, prek) started it."""

from __future__ import annotations

from collections.abc import Mapping

_TELLTALES = {
    "PRE_COMMIT_REWRITE_COMMAND": "post-rewrite",
    "PRE_COMMIT_IS_SQUASH_MERGE": "post-merge",
    "PRE_COMMIT_CHECKOUT_TYPE": "post-checkout",
}


def stage(environment: Mapping[str, str]) -> str:
    """The post- stage that a framework runs, told from the variables that it sets for hooks.

    prek names the stage; pre-commit does not, but sets a variable for each stage that has an
    argument (its documentation, "Supported git hooks"). post-commit has none.
    """
    named = environment.get("PREK_HOOK_STAGE", "")
    if named.startswith("post-"):
        return named
    for variable, meaning in _TELLTALES.items():
        if variable in environment:
            return meaning
    return "post-commit"


def branch_checkout(environment: Mapping[str, str]) -> bool:
    """False for a post-checkout that only restored files: nothing of history moved."""
    return environment.get("PRE_COMMIT_CHECKOUT_TYPE", "1") != "0"
