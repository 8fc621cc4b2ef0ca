"""Sessions on the draft of the grid, what was counted about it, published and mailed, and runs of the scheduler."""

from .build import BuildTakenAway, GridBuild
from .call import HostCall, LeadOffer
from .choice import Choice
from .devices import Device, Reminder, Telling
from .figures import DraftFigures
from .mailed import MailedCalendar, MailedSession
from .paper import PaperCodes
from .plan_b import PlanB
from .presence import Presence
from .session import Cell, Draft, Session, Stood
from .step import Moved, Step
from .version import GridVersion, Placement
from .withdrawal import Withdrawal

__all__ = [
    "BuildTakenAway",
    "Cell",
    "Choice",
    "Device",
    "Draft",
    "DraftFigures",
    "GridBuild",
    "GridVersion",
    "HostCall",
    "LeadOffer",
    "MailedCalendar",
    "MailedSession",
    "Moved",
    "PaperCodes",
    "Placement",
    "PlanB",
    "Presence",
    "Reminder",
    "Session",
    "Step",
    "Stood",
    "Telling",
    "Withdrawal",
]
