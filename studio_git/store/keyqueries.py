"""The key queries of the data model, each by a name, with names for what they are asked with.

They are what the data model says, word for word but for that: Datasette asks for the values by
their names. An empty value stands for "any" where the data model has NULL.
"""

from __future__ import annotations

from typing import NamedTuple


class KeyQuery(NamedTuple):
    """One query: what it is called for people, and its SQL."""

    title: str
    sql: str


KEY_QUERIES = {
    "drift_alerts": KeyQuery(
        "Dashboard: drift alerts",
        """SELECT cf.*, p.name as project_name
FROM context_files cf
JOIN projects p ON cf.project_id = p.id
WHERE cf.sync_status IN ('stale', 'diverged')
  AND p.archived_at IS NULL
ORDER BY cf.updated_at DESC""",
    ),
    "active_cycles": KeyQuery(
        "Dashboard: active cycles across projects",
        """SELECT c.*, p.name as project_name
FROM cycles c
JOIN projects p ON c.project_id = p.id
WHERE c.completed_at IS NULL
  AND p.archived_at IS NULL
ORDER BY c.updated_at DESC""",
    ),
    "pending_decisions": KeyQuery(
        "Dashboard: pending decisions",
        """SELECT d.*, p.name as project_name, cy.name as cycle_name
FROM decisions d
JOIN projects p ON d.project_id = p.id
LEFT JOIN cycles cy ON d.cycle_id = cy.id
WHERE d.created_at > datetime('now', '-7 days')
ORDER BY d.created_at DESC""",
    ),
    "recent_activity": KeyQuery(
        "Dashboard: recent activity",
        """SELECT * FROM activity_log
WHERE created_at > datetime('now', '-7 days')
ORDER BY created_at DESC
LIMIT 20""",
    ),
    "context_files_of_project": KeyQuery(
        "Project view: context files with status",
        """SELECT * FROM context_files
WHERE project_id = :project_id
ORDER BY filename""",
    ),
    "tasks_of_cycle": KeyQuery(
        "Cycle view: tasks ordered",
        """SELECT * FROM tasks
WHERE cycle_id = :cycle_id
ORDER BY sort_order, created_at""",
    ),
    "search_sessions": KeyQuery(
        "Memory browser: search sessions",
        """SELECT s.*, p.name as project_name, c.name as cycle_name
FROM sessions s
JOIN projects p ON s.project_id = p.id
LEFT JOIN cycles c ON s.cycle_id = c.id
WHERE (s.title LIKE '%' || :text || '%' OR s.summary LIKE '%' || :text || '%')
  AND (nullif(:project_id, '') IS NULL OR s.project_id = :project_id)
  AND (nullif(:cycle_id, '') IS NULL OR s.cycle_id = :cycle_id)
ORDER BY s.created_at DESC""",
    ),
    "search_learnings": KeyQuery(
        "Memory browser: search learnings",
        """SELECT l.*, p.name as project_name, c.name as cycle_name
FROM learnings l
LEFT JOIN projects p ON l.project_id = p.id
LEFT JOIN cycles c ON l.cycle_id = c.id
WHERE (l.title LIKE '%' || :text || '%' OR l.problem LIKE '%' || :text || '%'
    OR l.solution LIKE '%' || :text || '%')
  AND (nullif(:project_id, '') IS NULL OR l.project_id = :project_id)
  AND (nullif(:tag, '') IS NULL OR l.tags LIKE '%' || :tag || '%')
ORDER BY l.created_at DESC""",
    ),
    "tags": KeyQuery(
        "All unique tags with counts",
        """SELECT tag, COUNT(*) as count
FROM (
  SELECT json_each.value as tag
  FROM learnings, json_each(learnings.tags)
)
GROUP BY tag
ORDER BY count DESC""",
    ),
    "registry_usage": KeyQuery(
        "Registry: items by type with usage count",
        """SELECT rs.*, COUNT(tm.id) as project_count
FROM registry_skills rs
LEFT JOIN tech_mappings tm ON tm.registry_type = 'skill' AND tm.registry_id = rs.id
GROUP BY rs.id
ORDER BY rs.name""",
    ),
}
