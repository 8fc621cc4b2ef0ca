"""A camp's frame: when, where, who."""

from .attendee import Attendee, Invitation, ListedAddress, Role
from .camp import Camp, Joining
from .frame import Room, Slot

__all__ = ["Attendee", "Camp", "Invitation", "Joining", "ListedAddress", "Role", "Room", "Slot"]
