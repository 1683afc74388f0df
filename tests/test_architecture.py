"""The house rules that a machine can hold: layers, purity, sizes, a test for each part."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SCRIPTS

from studio_git.commands.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"studio_git": ROOT, "studio_hooks": ROOT / "hooks", "studio_lsp": ROOT / "lsp"}
MODULES = sorted(path for name, top in PACKAGES.items() for path in (top / name).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def dotted(path: Path) -> str:
    top = next(top for name, top in PACKAGES.items() if path.is_relative_to(top / name))
    return ".".join(path.relative_to(top).with_suffix("").parts)


def imported(path: Path) -> set[str]:
    """The modules, and names of modules, that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [SCRIPTS / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_sql_stays_in_the_store(path: Path) -> None:
    """Elsewhere sqlite3 names the type of a connection or a row, and nothing is executed."""
    if path.is_relative_to(ROOT / "studio_git" / "store"):
        return
    nodes = [
        node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
    ]
    used = {node.attr for node in nodes if ast.unparse(node.value) == "sqlite3"}
    assert used <= {"Connection", "Row"}
    assert not {node.attr for node in nodes} & {"execute", "executemany", "executescript"}


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_small_enough_to_read(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MAX_MODULE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < MAX_FUNCTION_LINES, node.name


def test_packages_run_nothing_when_they_are_imported() -> None:
    for path in MODULES:
        if path.name == "__init__.py":
            body = ast.parse(path.read_text()).body
            assert all(isinstance(node, ast.Expr | ast.Assign | ast.ImportFrom) for node in body), (
                path
            )


# Modules that only their callers import, and the file that tests them through those.
TESTED_THROUGH = {
    "studio_hooks.hookrecord": "test_installer",
    "studio_hooks.hookslot": "test_installer",
    "studio_git.commands.hooks": "test_installer_places",
    "studio_git.commands.dashboardparts": "test_dashboard",
    "studio_git.commands.decisionfiles": "test_decision_files",
    "studio_git.commands.decisionchange": "test_decision",
    "studio_git.commands.editing": "test_cycle",
    "studio_git.commands.groups": "test_main",
    "studio_git.commands.here": "test_cycle",
    "studio_git.commands.learningchange": "test_learning",
    "studio_git.commands.projecttransfer": "test_project_transfer",
    "studio_git.commands.records": "test_decision",
    "studio_git.commands.registrysync": "test_registry_command",
    "studio_git.commands.scope": "test_session",
    "studio_git.commands.sessionchange": "test_session",
    "studio_git.commands.standings": "test_status",
    "studio_git.commands.untrack": "test_track",
    "studio_git.core.manifestscontainers": "test_manifests",
    "studio_git.core.manifestsjvm": "test_manifests",
    "studio_git.core.manifestsnative": "test_manifests",
    "studio_git.core.manifestspins": "test_manifests",
    "studio_git.core.manifestspython": "test_manifests",
    "studio_git.core.manifestsweb": "test_manifests",
    "studio_git.panels": "test_dashboard",
    "studio_git.services.background": "test_commitcheck",
    "studio_git.services.cycleedits": "test_cycle",
    "studio_git.services.editing": "test_decision",
    "studio_git.services.evidence": "test_capture_rewrites",
    "studio_git.services.journal": "test_capture",
    "studio_git.services.origins": "test_capture_rewrites",
    "studio_git.services.ownership": "test_capture_places",
    "studio_git.services.reconcile": "test_capture_places",
    "studio_git.services.recording": "test_capture",
    "studio_git.services.rewrites": "test_capture_rewrites",
    "studio_git.services.sessions": "test_capture",
    "studio_git.services.squashes": "test_capture_rewrites",
    "studio_git.services.statements": "test_capture_rewrites",
    "studio_git.services.studiotoml": "test_proposals",
    "studio_git.services.recall": "test_memory_subject",
    "studio_git.commands.restore": "test_backup_command",
    "studio_git.services.commitslips": "test_r8",
    "studio_git.services.slip": "test_r8",
    "studio_git.services.slips": "test_r8",
    "studio_git.store.recapture": "test_r8",
    "studio_git.store.texts": "test_r8",
    "studio_git.services.agreement": "test_backup_command",
    "studio_git.services.filearchive": "test_backup_command",
    "studio_git.commands.settings": "test_settings_command",
    "studio_git.store.settings": "test_settings_command",
    "studio_git.services.webapp": "test_webdashboard",
    "studio_git.store.pages": "test_webdashboard",
    "studio_git.services.checkclones": "test_doctor",
    "studio_git.services.checkfiles": "test_doctor",
    "studio_git.services.checkstore": "test_doctor",
    "studio_git.services.findings": "test_doctor",
    "studio_git.store.health": "test_doctor",
    "studio_git.services.exporting": "test_project_transfer",
    "studio_git.services.importing": "test_project_transfer",
    "studio_git.services.transfer": "test_project_transfer",
    "studio_git.services.debuginfo": "test_debug_info",
    "studio_git.services.rebuildclone": "test_rebuild",
    "studio_git.store.readable": "test_rebuild",
    "studio_git.store.salvage": "test_rebuild",
    "studio_git.store.gittables": "test_migrations",
    "studio_lsp.clones": "test_drift_subject",
    "studio_lsp.commands": "test_drift_subject",
    "studio_lsp.features.actions": "test_drift_subject",
    "studio_lsp.features.completion": "test_registry_subject",
    "studio_lsp.features.every": "test_clients",
    "studio_lsp.features.execute": "test_drift_subject",
    "studio_lsp.features.hints": "test_drift_subject",
    "studio_lsp.features.hover": "test_drift_subject",
    "studio_lsp.features.lenses": "test_drift_subject",
    "studio_lsp.features.links": "test_registry_subject",
    "studio_lsp.features.navigation": "test_registry_subject",
    "studio_lsp.features.symbols": "test_registry_subject",
    "studio_lsp.features.virtual": "test_drift_subject",
    "studio_lsp.messageplaces": "test_messages_subject",
    "studio_lsp.nature": "test_registry_subject",
    "studio_lsp.observer": "test_drift_subject",
    "studio_lsp.presenter": "test_drift_subject",
    "studio_lsp.standings": "test_drift_subject",
    "studio_lsp.subjects.about": "test_server",
    "studio_lsp.subjects.blames": "test_why_subject",
    "studio_lsp.subjects.drift": "test_drift_subject",
    "studio_lsp.subjects.driftactions": "test_drift_subject",
    "studio_lsp.subjects.driftcommands": "test_drift_subject",
    "studio_lsp.subjects.every": "test_server",
    "studio_lsp.subjects.inserting": "test_registry_subject",
    "studio_lsp.subjects.itemtexts": "test_registry_subject",
    "studio_lsp.subjects.memory": "test_memory_subject",
    "studio_lsp.subjects.messages": "test_messages_subject",
    "studio_lsp.subjects.messagewords": "test_messages_subject",
    "studio_lsp.subjects.naming": "test_registry_subject",
    "studio_lsp.subjects.noting": "test_memory_subject",
    "studio_lsp.subjects.opening": "test_memory_subject",
    "studio_lsp.subjects.paths": "test_registry_subject",
    "studio_lsp.subjects.recordtexts": "test_memory_subject",
    "studio_lsp.subjects.registry": "test_registry_subject",
    "studio_lsp.subjects.registryfiles": "test_registryfiles_subject",
    "studio_lsp.subjects.sessionfiles": "test_sessionfiles_subject",
    "studio_lsp.subjects.shelf": "test_registry_subject",
    "studio_lsp.subjects.why": "test_why_subject",
    "studio_lsp.subjects.whytexts": "test_why_subject",
}


def test_every_module_is_tested() -> None:
    """By a file that bears its name, by one that imports it, or by the one that the table names."""
    names = {path.stem.removeprefix("test_") for path in TESTS}
    reached = {name for path in TESTS for name in imported(path)}
    assert {name.removeprefix("test_") for name in TESTED_THROUGH.values()} <= names
    assert set(TESTED_THROUGH) <= {dotted(path) for path in MODULES}
    untested = [
        dotted(path)
        for path in MODULES
        if path.name not in ("__init__.py", "__main__.py")
        and path.stem not in names
        and dotted(path) not in reached
        and dotted(path) not in TESTED_THROUGH
    ]
    assert untested == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_run_by_a_test(name: str) -> None:
    pattern = re.compile(rf"""(studio(_json)?\(|ok\(repo,)\s*["']{name}["']""")
    assert any(pattern.search(path.read_text()) for path in TESTS)


def test_the_hook_path_loads_nothing_heavy() -> None:
    """In a fresh interpreter, because an import inside a function escapes the linter."""
    code = (
        "import sys, studio_hooks.__main__\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"click", "git", "lsprotocol", "pygls", "rich", "sqlite_utils", "tomlkit"}
    assert heavy & set(done.stdout.split()) == set()


def test_the_repository_says_nothing_of_the_workshop() -> None:
    """No path of the machine that it was written on."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    workshop = re.compile("/" + "work/|/" + "root/")
    texts = [
        ROOT / name
        for name in tracked
        if name and (ROOT / name).suffix in (".md", ".py", ".toml", ".sh", ".yaml")
    ]
    assert [
        short(path) for path in texts if path.exists() and workshop.search(path.read_text())
    ] == []
