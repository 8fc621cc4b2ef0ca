"""Sessions on the draft of the grid, what was counted about it, published and mailed, and runs of the scheduler."""

from .build import BuildTakenAway, GridBuild
from .figures import DraftFigures
from .mailed import MailedCalendar, MailedSession
from .session import Cell, Draft, Session
from .version import GridVersion, Placement

__all__ = [
    "BuildTakenAway",
    "Cell",
    "Draft",
    "DraftFigures",
    "GridBuild",
    "GridVersion",
    "MailedCalendar",
    "MailedSession",
    "Placement",
    "Session",
]
