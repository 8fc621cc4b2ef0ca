"""What a practice copy of a camp looks like on paper."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .models import Camp

STYLE = '@page { @top-left { content: "WORDS"; font: 8pt system-ui, sans-serif; white-space: nowrap; } }\n'


def practice_style(camp: Camp) -> SafeString:
    """Each sheet of paper of a practice copy says so in its margin (stylesheet); of any other camp, nothing."""
    if camp.practice_of is None:
        return SafeString("")
    words = _("Practice copy of %(camp)s. Nobody is told anything.") % {"camp": camp.practice_of.name}
    # Whatever it is called is a text in a style, and nothing more (CSS escape).
    text = "".join(letter if letter.isalnum() or letter == " " else f"\\{ord(letter):x} " for letter in words)
    style = STYLE.replace("WORDS", text)
    return SafeString(style)  # nosec B703 # all but letters is escaped just now
