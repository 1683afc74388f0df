"""How the dashboard in the terminal shows each kind of row: its panels and their cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from studio_git.commands import scope
from studio_git.core.models import SyncStatus
from studio_git.core.prose import counted
from studio_git.output import Part, Style, styled
from studio_git.panels import Panel
from studio_git.services.memory import Object
from studio_git.store.activity import ActivityType
from studio_git.store.dependencies import Status as Dependency
from studio_git.store.tasks import Status as Task

MOST = 8
"""Rows of one panel; what is beyond is counted, and the command that lists it named."""

_SYNC: dict[str, Style] = {
    SyncStatus.SYNCED.value: "good",
    SyncStatus.STALE.value: "warn",
    SyncStatus.DIVERGED.value: "bad",
}
_DEPENDENCY: dict[str, Style] = {
    Dependency.INSTALLED.value: "good",
    Dependency.NOT_INSTALLED.value: "bad",
    Dependency.VERSION_MISMATCH.value: "bad",
}
_TASK: dict[str, tuple[str, Style]] = {
    Task.COMPLETE.value: ("[x]", "good"),
    Task.IN_PROGRESS.value: ("[>]", "warn"),
    Task.PENDING.value: ("[ ]", "dim"),
}
_HAPPENED: dict[str, str] = {
    ActivityType.SESSION_CAPTURED.value: "session",
    ActivityType.DECISION_RECORDED.value: "decision",
    ActivityType.CYCLE_STARTED.value: "cycle begun",
    ActivityType.CYCLE_COMPLETED.value: "cycle done",
    ActivityType.DRIFT_DETECTED.value: "drift",
    ActivityType.DRIFT_RESOLVED.value: "drift settled",
    ActivityType.CONTEXT_UPDATED.value: "context file",
}


def panel(
    title: str,
    found: Sequence[Object],
    row: Callable[[Object], list[Part]],
    *,
    shrink: int,
    nothing: str,
    note: str = "",
    more: str = "",
    most: int = MOST,
) -> Panel:
    """A panel of records.

    ``nothing`` says what to do where there are none, ``note`` what to do with them, and ``more``
    is the command that lists all.
    """
    said = note if found else nothing
    if len(found) > most and more:
        said = f"and {len(found) - most} more: {more}"
    counted_title = f"{title} ({len(found)})" if found else title
    return Panel(counted_title, [row(each) for each in found[:most]], said, shrink)


def of_project(found: Object) -> list[Panel]:
    """The panels of one project."""
    under_way = [each for each in found["cycles"] if each["completed_at"] is None]
    over = len(found["cycles"]) - len(under_way)
    return [
        panel(
            "Context files", found["context_files"], context_file, shrink=1, most=MOST * 2,
            nothing="None is tracked. In its repository: git studio track PATH",
            more="git studio status",
        ),
        panel(
            "Active cycles", under_way, _cycle_here, shrink=1,
            nothing="None is under way. Start one: git studio cycle start NAME",
            note=f"{counted(over, 'cycle')} complete: git studio cycle list" if over else "",
            more="git studio cycle list",
        ),
        panel(
            "Tech stack", found["tech_stack"], _technology, shrink=1, most=MOST * 2,
            nothing="Not known yet. In its repository: git studio stack detect",
            more="git studio stack list",
        ),
        panel(
            "Dependencies", found["dependencies"], _dependency, shrink=1, most=MOST * 2,
            nothing="Not known yet. In its repository: git studio deps check",
            more="git studio deps list",
        ),
        panel(
            "Sessions", found["sessions"], session, shrink=1,
            nothing="None yet. Commits become sessions: git studio capture",
            more="git studio session list",
        ),
        panel(
            "Decisions", found["decisions"], _decision_here, shrink=1,
            nothing="None yet. Record one: git studio decision add TITLE",
            more="git studio decision list",
        ),
        panel(
            "Learnings", found["learnings"], _learning, shrink=1,
            nothing="None yet. Record one: git studio learning add TITLE --problem P --solution S",
            more="git studio learning list",
        ),
    ]  # fmt: skip


def of_cycle(found: Object) -> list[Panel]:
    """The panels of one cycle."""
    criteria = found["success_criteria"]
    name = found["code"] or scope.short(found["id"])
    listed = [{"text": str(each)} for each in criteria] if isinstance(criteria, list) else []
    return [
        panel(
            "Done when", listed, lambda each: [f"- {each['text']}"], shrink=0, most=MOST * 2,
            nothing=f"Not said. Say it: git studio cycle edit {name} --criteria TEXT",
            more=f"git studio cycle show {name}",
        ),
        panel(
            "Tasks", found["tasks"], _task, shrink=1, most=MOST * 4,
            nothing=f"None yet. Add one: git studio task add TITLE --cycle {name}",
            more=f"git studio task list --cycle {name}",
        ),
        panel(
            "Sessions", found["sessions"], session, shrink=1,
            nothing=f"None yet. Commits join it by a line Cycle: {name}",
            more=f"git studio cycle show {name}",
        ),
        panel(
            "Decisions", found["decisions"], _decision_here, shrink=1,
            nothing=f"None yet. Record one: git studio decision add TITLE --cycle {name}",
            more=f"git studio cycle show {name}",
        ),
    ]  # fmt: skip


def facts(found: Object) -> list[Part]:
    """What a cycle's heading says beside its name."""
    ends: Part = due(found)
    if found["completed_at"]:
        ends = styled(f"complete {scope.when(found['completed_at'])[:10]}", "dim")
    return [
        styled(found["code"] or scope.short(found["id"]), "dim"),
        styled(found["phase"], "accent"),
        styled(found["cycle_type"], "dim"),
        styled(f"started {scope.when(found['started_at'])[:10]}", "dim"),
        ends,
        styled(found["project_name"] or "", "dim"),
    ]


def alert(each: Object) -> list[Part]:
    """A context file that is out of step, of one of several projects."""
    return [*context_file(each), styled(each["project_name"], "dim")]


def context_file(each: Object) -> list[Part]:
    """A context file, with the kind of its drift where that is known, else its status."""
    status = str(each["sync_status"])
    return [
        styled(each["kind"] or status, _SYNC.get(status, "dim")),
        str(each["repo_path"] or each["filename"]),
        styled("" if status == SyncStatus.SYNCED else _counts(each["diff_summary"]), "dim"),
    ]


def cycle(each: Object) -> list[Part]:
    """A cycle under way, of one of several projects."""
    *most, last_day = _cycle_here(each)
    over = each["overdue"] and each["due_at"]
    shown = styled("overdue", "bad") if over else last_day
    return [*most, shown, styled(each["project_name"], "dim")]


def decision(each: Object) -> list[Part]:
    """A decision of the last days, of one of several projects."""
    _, *rest = _decision_here(each)
    return [
        styled(scope.when(each["created_at"])[5:10], "dim"),
        *rest,
        styled(each["project_name"], "dim"),
    ]


def event(each: Object) -> list[Part]:
    """Something that happened in the last days."""
    return [
        styled(_moment(each), "dim"),
        styled(_HAPPENED.get(each["activity_type"], str(each["activity_type"])), "accent"),
        str(each["title"]),
        styled(each["project_name"] or "", "dim"),
    ]


def session(each: Object) -> list[Part]:
    """A session, with its minutes where they are known."""
    minutes = each.get("duration_minutes")
    return [
        styled(_moment(each), "dim"),
        str(each["title"]),
        styled("" if minutes is None else f"{minutes} min", "dim"),
    ]


def item(each: Object) -> list[Part]:
    """A registry item, with how often it is used."""
    used = each["project_count"]
    return [
        styled(each["name"], "bold"),
        str(each["description"] or ""),
        styled(f"used {used}x" if used else "unused", "good" if used else "dim"),
    ]


def due(each: Object) -> Part:
    """The last day of a cycle that has one."""
    if not each["due_at"]:
        return ""
    day = str(each["due_at"])[:10]
    return styled(f"overdue {day}", "bad") if each["overdue"] else styled(f"due {day}", "dim")


def _cycle_here(each: Object) -> list[Part]:
    done = sum(task["status"] == Task.COMPLETE for task in each["tasks"])
    return [
        styled(each["code"] or scope.short(each["id"]), "dim"),
        str(each["name"]),
        styled(each["phase"], "accent"),
        styled(f"{done}/{len(each['tasks'])}" if each["tasks"] else "", "dim"),
        due(each),
    ]


def _decision_here(each: Object) -> list[Part]:
    replaced = each.get("status") == "superseded"
    return [
        styled(scope.when(each["created_at"])[:10], "dim"),
        styled(each["title"], "dim") if replaced else str(each["title"]),
        styled("superseded" if replaced else "", "dim"),
    ]


def _task(each: Object) -> list[Part]:
    status = str(each["status"])
    mark, style = _TASK.get(status, ("[?]", "dim"))
    over = status == Task.COMPLETE
    return [styled(mark, style), styled(each["title"], "dim") if over else str(each["title"])]


def _technology(each: Object) -> list[Part]:
    mapped = ", ".join(found["name"] or found["id"] for found in each["mapped"])
    return [
        styled(each["category"], "dim"),
        str(each["name"]),
        str(each["version"] or ""),
        styled(mapped, "accent"),
    ]


def _dependency(each: Object) -> list[Part]:
    status = str(each["status"])
    wanted = each["required_version"]
    return [
        styled(status.replace("_", " "), _DEPENDENCY.get(status, "warn")),
        str(each["name"]),
        str(each["detected_version"] or ""),
        styled(f"needs {wanted}" if wanted else "", "dim"),
    ]


def _learning(each: Object) -> list[Part]:
    tags = each["tags"] if isinstance(each["tags"], list) else []
    return [
        styled(scope.when(each["created_at"])[:10], "dim"),
        str(each["title"]),
        styled(" ".join(f"#{tag}" for tag in tags), "accent"),
    ]


def _counts(summary: str | None) -> str:
    """ "+4 lines, -2 lines" of a drift record, shorter."""
    return (summary or "").replace(" lines", "")


def _moment(each: Object) -> str:
    """The time of day of something that was made today, else the day."""
    day, _, clock = scope.when(each["created_at"]).partition(" ")
    return clock if day == date.today().isoformat() else day  # noqa: DTZ011 - a person's day
