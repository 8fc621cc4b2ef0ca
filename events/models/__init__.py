"""A camp's frame: when, where, who."""

from .attendee import Attendee, EarlierCalendarKey, Invitation, ListedAddress, Role
from .camp import Camp, CampArchived, HelperRight, Joining
from .deleted import DeletedCamp
from .frame import ADJOINING, Room, Slot
from .stamp import Stamp
from .worry import Worry

__all__ = [
    "ADJOINING", "Attendee", "Camp", "CampArchived", "DeletedCamp", "EarlierCalendarKey", "HelperRight", "Invitation",
    "Joining", "ListedAddress", "Role", "Room", "Slot", "Stamp", "Worry",
]  # fmt: skip
