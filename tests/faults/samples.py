"""Texts of every format that is read, as people and programs write them."""

from __future__ import annotations

MESSAGE = """Use JWT for authentication

The gateway speaks it already.

Decision: Use JWT for stateless authentication
Rationale: A session store is one more thing to run.
Alternative: Opaque tokens
Rejected: Server-side sessions | they need a store
Open-Question: How is a token revoked?
Problem: Tokens expired early
Solution: Compare times in UTC
Tags: auth, time
Note: Watch the clock skew.
Cycle: CYC-102
Task: 3
Signed-off-by: Ada Example <ada@example.org>
"""

SQUASH = """Bring the parser in (#12)

* Read the header

Decision: Read lines, not bytes
Constraint: No more than 4 kB

* Read the body

Decision: Fold long lines
  with two spaces

Co-authored-by: Bo Example <bo@example.org>

# Please enter the commit message for your changes.
"""

SESSION = """# Token refresh

**Date:** 2024-12-22 10:42 AM
**Duration:** 1 hour 5 minutes
**Cycle:** Auth Flow (CYC-102)

## Summary
Tokens are refreshed before they expire.

## Files Changed
- `src/auth.ts` (+45 -12)
- `"caf\\303\\251.png"` (binary)

## Decisions Made
- Use JWT for stateless authentication

## Open Questions
- How is a token revoked?

## Notes
Look at the clock skew.
"""

MADR = """---
status: accepted
date: 2025-03-11
---

# Use JWT for authentication

## Context and Problem Statement

Who calls?

## Considered Options

* [Use JWT for authentication](#jwt)
* Opaque tokens
  with a lookup

## Decision Outcome

Chosen option: "Use JWT for authentication", because
nothing is looked up.

### Consequences

* Good, because there is no store
"""

NYGARD = """# 12. Use PostgreSQL

Date: 2016-12-17

## Status

Superseded by [13. Use SQLite](0013-use-sqlite.md)

## Context

We keep rows.

## Decision

We will use PostgreSQL, since others know it.

## Consequences

A server has to run.
"""

SKILL = """# Python API

## Description
Patterns for web services.

## Patterns

### Validation
```python
def check(): ...
```

## Tech Stack Compatibility
- FastAPI
- Python 3.11+
"""

SKILL_MD = """---
name: pdf-forms
description: >-
  Fill in forms,
  and flatten them.
license: 'It''s free'  # really
metadata:
  author: ada
  version: "1.0"
allowed-tools: Read, Bash(git add, git commit)
---

# PDF forms

Do it so.
"""

CLAUDE_AGENT = """---
name: reviewer
description: Looks at changes
tools: Read, Grep
skills:
  - python-api
model: opus
color: blue
---

You review. Be short.
"""

AGENT = """{
  "name": "reviewer",
  "description": "Looks at changes",
  "system_prompt": "You review.\\nBe short.",
  "model": "opus",
  "skills": ["python-api"],
  "tools": ["ruff", "Bash(git:*)"]
}
"""

TOOL = """{
  "name": "ruff",
  "description": "Lints Python",
  "tool_type": "cli",
  "command": "ruff",
  "install_command": "pip install ruff",
  "version_check": "ruff --version"
}
"""

SERVER = """{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-09-29/server.schema.json",
  "name": "io.example/weather",
  "description": "Tells the weather",
  "version": "1.0.2",
  "packages": [
    {
      "registryType": "npm",
      "identifier": "@example/weather",
      "version": "1.0.2",
      "transport": {"type": "stdio"},
      "environmentVariables": [{"name": "KEY", "isRequired": true}],
      "packageArguments": [{"type": "named", "name": "--units", "value": "metric"}]
    }
  ],
  "remotes": [{"type": "sse", "url": "https://example.org/sse"}]
}
"""

COPIER = """_template_type: doc  # which
_tasks:
  - git init
  - [echo, "hi"]
  - command: make
    when: "{{ x }}"
_migrations:
  - version: v1
    before: [touch a]
name:
  type: str
  default: "{{ y }}"
---
_jinja_extensions: [a.b:C]
"""

STUDIO_TOML = """[project]
id = "risk-1"
name = "Risk Workbench"

[context]
"claude.md" = "CLAUDE.md"
"packages/api/agents.md" = "packages/api/AGENTS.md"

[context.alias]
"AGENTS.md" = "claude.md"

[drift]
conflict = "block"
repo-ahead = "warn"

[capture]
gap = "120 min"
lead-in = "30 min"

[message]
unparsed = "warn"

[lint]
hidden-unicode = "block"

[editor]
hints = true
"""

CONTEXT = """# Risk Workbench

See @docs/architecture.md and [the rules](docs/rules.md#tabs).

- Use `make test`; ask first.
"""

MDC = """---
description: Rules for TypeScript
globs: "*.ts"
alwaysApply: false
---

Use strict mode.
"""

REGION = """# Mine

<!-- studio:begin -->
Use tabs.
<!-- studio:end -->

More of mine.
"""

_TOML = ("[", "]\n", " = ", '"', "{", "}", ".", ", ", ">=1.2,<2", "^1.2", "a", "1")
_JSON = ('{"', '": ', '"', ", ", "{", "}", "[", "]", "null", "1", "^18 || >=20", "workspace:*")
_YAML = (
    "services:\n",
    "image: ",
    "uses: ",
    "- ",
    "  ",
    ": ",
    "${{ x }}",
    "${A:-b}",
    "&a",
    "*a",
    "|\n",
)
_XML = ("<dependency>", "</dependency>", "<version>", "${v}", "<a/>", "<!--", "-->", "&lt;", "<")
_WORDS = (
    "from ",
    "gem ",
    "require ",
    "'",
    '"',
    "(",
    ")",
    "~> 1.2",
    "id(",
    "version ",
    ">= 1",
    "\\",
)

MANIFESTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "pyproject.toml": (
        '[project]\nname = "x"\nrequires-python = ">=3.11"\ndependencies = ["click>=8", "rich"]\n\n'
        '[tool.poetry.dependencies]\npython = "^3.11"\nflask = {version = "^3", optional = true}\n',
        _TOML,
    ),
    "requirements.txt": (
        "click>=8  # cli\n-r more.txt\nrich[all]==13.9; python_version>'3'\n",
        _WORDS,
    ),
    "package.json": (
        '{"engines": {"node": ">=18"}, "packageManager": "pnpm@9.1.0+sha224.1", '
        '"dependencies": {"react": "^18.2.0", "x": "npm:y@1"}}',
        _JSON,
    ),
    "composer.json": ('{"require": {"php": ">=8.1", "laravel/framework": "^11"}}', _JSON),
    "go.mod": (
        "module x\n\ngo 1.22\n\nrequire (\n\tgithub.com/a/b v1.2.3 // indirect\n)\n",
        _WORDS,
    ),
    "Cargo.toml": (
        '[package]\nrust-version = "1.75"\n'
        '[dependencies]\nserde = { version = "1", features = [] }\n',
        _TOML,
    ),
    "Gemfile": ("ruby '3.3.0'\ngem 'rails', '~> 7.1', '>= 7.1.2'\n", _WORDS),
    "Gemfile.lock": (
        "GEM\n  specs:\n    rails (7.1.2)\n      x (= 1)\n\nRUBY VERSION\n   ruby 3.3\n",
        _WORDS,
    ),
    "pom.xml": (
        "<project><properties><v>3.2</v></properties><dependencies><dependency>"
        "<groupId>org.a</groupId><artifactId>b</artifactId><version>${v}</version>"
        "</dependency></dependencies></project>",
        _XML,
    ),
    "build.gradle": (
        "plugins {\n  id 'org.springframework.boot' version '3.2.0'\n}\n"
        "dependencies { implementation 'a:b:1.0' /* c */ }\n",
        _WORDS,
    ),
    "gradle/libs.versions.toml": (
        '[versions]\nkotlin = "2.0"\n[libraries]\na = { module = "b:c", version.ref = "kotlin" }\n',
        _TOML,
    ),
    "Dockerfile": (
        "ARG V=3.12\nFROM --platform=x python:${V}-slim AS base\nRUN apt-get install \\\n  curl\n"
        "COPY <<EOF /x\nFROM no:1\nEOF\n",
        (
            "FROM ",
            "ARG ",
            "AS ",
            "\\\n",
            "${V:-1}",
            "<<EOF\n",
            "EOF\n",
            ":",
            "@sha256:",
            "# escape=`\n",
        ),
    ),
    "compose.yml": (
        "services:\n  db:\n    image: postgres:${V:-16}\n  web:\n    build: .\n",
        _YAML,
    ),
    ".github/workflows/ci.yml": (
        "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/setup-node@v4\n"
        "        with: {node-version: 20}\n",
        _YAML,
    ),
    ".tool-versions": ("nodejs 20.1.0 18\npython 3.12 # x\n", _WORDS),
    "mise.toml": ('[tools]\nnode = "20"\npython = ["3.12", "3.11"]\ngo = {version = "1"}\n', _TOML),
    ".nvmrc": ("v20.1.0\n", ("v", "lts/*", "1", ".")),
    "rust-toolchain": ('[toolchain]\nchannel = "1.75"\n', _TOML),
}
"""By path: a sample, and words of its format."""
