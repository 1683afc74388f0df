-- Dashboard: Drift alerts
SELECT cf.*, p.name as project_name
FROM context_files cf
JOIN projects p ON cf.project_id = p.id
WHERE cf.sync_status IN ('stale', 'diverged')
  AND p.archived_at IS NULL
ORDER BY cf.updated_at DESC;

-- Dashboard: Active cycles across projects
SELECT c.*, p.name as project_name
FROM cycles c
JOIN projects p ON c.project_id = p.id
WHERE c.completed_at IS NULL
  AND p.archived_at IS NULL
ORDER BY c.updated_at DESC;

-- Dashboard: Pending decisions
SELECT d.*, p.name as project_name, cy.name as cycle_name
FROM decisions d
JOIN projects p ON d.project_id = p.id
LEFT JOIN cycles cy ON d.cycle_id = cy.id
WHERE d.created_at > datetime('now', '-7 days')
ORDER BY d.created_at DESC;

-- Dashboard: Recent activity
SELECT * FROM activity_log
WHERE created_at > datetime('now', '-7 days')
ORDER BY created_at DESC
LIMIT 20;

-- Project view: Context files with status
SELECT * FROM context_files
WHERE project_id = ?
ORDER BY filename;

-- Cycle view: Tasks ordered
SELECT * FROM tasks
WHERE cycle_id = ?
ORDER BY sort_order, created_at;

-- Memory browser: Search sessions
SELECT s.*, p.name as project_name, c.name as cycle_name
FROM sessions s
JOIN projects p ON s.project_id = p.id
LEFT JOIN cycles c ON s.cycle_id = c.id
WHERE (s.title LIKE ? OR s.summary LIKE ?)
  AND (? IS NULL OR s.project_id = ?)
  AND (? IS NULL OR s.cycle_id = ?)
ORDER BY s.created_at DESC;

-- Memory browser: Search learnings
SELECT l.*, p.name as project_name, c.name as cycle_name
FROM learnings l
LEFT JOIN projects p ON l.project_id = p.id
LEFT JOIN cycles c ON l.cycle_id = c.id
WHERE (l.title LIKE ? OR l.problem LIKE ? OR l.solution LIKE ?)
  AND (? IS NULL OR l.project_id = ?)
  AND (? IS NULL OR l.tags LIKE ?)
ORDER BY l.created_at DESC;

-- Get all unique tags with counts
SELECT tag, COUNT(*) as count
FROM (
  SELECT json_each.value as tag
  FROM learnings, json_each(learnings.tags)
)
GROUP BY tag
ORDER BY count DESC;

-- Registry: Items by type with usage count
SELECT rs.*, COUNT(tm.id) as project_count
FROM registry_skills rs
LEFT JOIN tech_mappings tm ON tm.registry_type = 'skill' AND tm.registry_id = rs.id
GROUP BY rs.id
ORDER BY rs.name;
