"""Project Studio in git: drift of context files, sessions from commits."""

__version__ = "0.1.0"
