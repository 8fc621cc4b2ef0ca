"""Who one may be in the demo."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

#: key, what it is called, what they come for
PERSONAS = [
    ("organiser", _("Organiser"), _("runs the camp, builds the grid")),
    ("helper", _("Helper"), _("types in what is on the wall")),
    ("host", _("Host"), _("pitched a session")),
    ("attendee", _("Attendee"), _("has been to camps before")),
    ("first-timer", _("First-timer"), _("has seen none of it yet")),
]


def demo_address(persona: str) -> str:
    """The login of a persona; nothing is ever sent there."""
    return f"{persona}@demo.campgrid.example"
