"""The commands that the server offers, by their ids; the subjects carry them out.

The ids are known before the subjects are loaded, because ``initialize`` is answered first.
"""

from __future__ import annotations

ACCEPT = "studio.acceptIntoStudio"
USE_STUDIO = "studio.useStudioVersion"
MERGE = "studio.mergeBoth"
DISMISS = "studio.dismiss"
COMPARE = "studio.compare"
SYNC = "studio.syncContext"
TRACK = "studio.track"
UNTRACK = "studio.untrack"
UNDO = "studio.undo"
STATUS = "studio.status"
WHY = "studio.why"
RECORD_DECISION = "studio.recordDecision"
RECORD_LEARNING = "studio.recordLearning"
RECORD_QUESTION = "studio.recordQuestion"
INSERT_SKILL = "studio.insertSkill"
OPEN_SESSION = "studio.openSession"
OPEN_DASHBOARD = "studio.openDashboard"
DEBUG = "studio.debugInformation"

ALL = (
    ACCEPT,
    USE_STUDIO,
    MERGE,
    DISMISS,
    COMPARE,
    SYNC,
    TRACK,
    UNTRACK,
    UNDO,
    STATUS,
    WHY,
    RECORD_DECISION,
    RECORD_LEARNING,
    RECORD_QUESTION,
    INSERT_SKILL,
    OPEN_SESSION,
    OPEN_DASHBOARD,
    DEBUG,
)

READING = frozenset({COMPARE, STATUS, WHY, OPEN_SESSION, OPEN_DASHBOARD, DEBUG})
"""Those that change nothing, so that nothing has to be told anew after them."""
