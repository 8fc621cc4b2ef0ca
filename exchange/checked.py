"""Values of a document as the fields of a camp have them, or a sentence that says what is wrong with them.

Never what Python or a database says of it; and what a sentence quotes of a document is short, however long it is there.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.text import carried, carried_in_a_line
from events.features import LONGEST_FEATURE, MOST_FEATURES
from events.long_text import LONGEST, length_of
from events.models import Slot
from events.models.camp import check_year

from .report import quoted

#: of what is counted up with every change: far from where a database ends
MOST_COUNTED = 1_000_000_000
#: letters of a line that a version keeps, and of a sentence about a value
LONGEST_LINE, LONGEST_TOLD = 200, 300

#: by kind of field, what JSON has for it, and what is said of anything else
_KINDS: list[tuple[type[models.Field[Any, Any]], type, Any]] = [
    (models.BooleanField, bool, gettext_lazy("must be true or false.")),
    (models.IntegerField, int, gettext_lazy("must be a whole number.")),
    (models.DateTimeField, str, gettext_lazy("must be a moment with its time zone, like 2030-01-12T10:00:00+00:00.")),
    (models.DateField, str, gettext_lazy("must be a day like 2030-01-12.")),
    (models.UUIDField, str, gettext_lazy("must be a text.")),
    (models.CharField, str, gettext_lazy("must be a text.")),
    (models.TextField, str, gettext_lazy("must be a text.")),
]


def is_kind(value: Any, *kinds: type) -> bool:
    """True is no number here."""
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


def told(refused: ValidationError) -> str:
    """Its sentences; what they quote is cut short."""
    sentences = []
    for one in refused.error_list:
        params = {key: quoted(value) if isinstance(value, str) else value for key, value in (one.params or {}).items()}
        sentences.append(str(one.message % params if params else one.message))
    found = carried_in_a_line(" ".join(sentences))
    return found if len(found) <= LONGEST_TOLD else f"{found[:LONGEST_TOLD]}…"


def checked(field: models.Field[Any, Any], value: Any, *, longest: int = LONGEST) -> Any:
    """The value as the field has it; a text whose field says nothing else has so many characters at most."""
    if value is None and field.null:
        return None
    if isinstance(field, models.JSONField):
        return features(value)
    for kind, wanted, refusal in _KINDS:
        if isinstance(field, kind):
            if not is_kind(value, wanted):
                raise ValidationError(str(refusal))
            break
    if isinstance(field, models.DateTimeField):
        return field.clean(moment(value), None)
    if isinstance(field, models.UUIDField):
        return _uuid(value)
    if is_kind(value, int):
        whole(value)
    if isinstance(value, str):
        # Also where what stands in the field is our own otherwise: by a document anybody says it.
        value = carried(value) if isinstance(field, models.TextField) else carried_in_a_line(value)
    found = field.clean(value, None)
    if isinstance(found, date):
        check_year(found)
    if isinstance(field, models.TextField):
        refuse_length(found, field.max_length or longest)
    return found


def refuse_length(text: str, most: int) -> None:
    """ValidationError for a text that is longer than a page lets anybody type."""
    if length_of(text) > most:
        raise ValidationError(
            _("This has %(count)s characters; %(most)s is the most.") % {"count": length_of(text), "most": most}
        )


def _uuid(value: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except ValueError:
        raise ValidationError(_("cannot be read.")) from None


def moment(value: Any) -> datetime:
    """In a year that pages can show. Without its time zone nobody knows which moment is meant."""
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
        found = found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise ValidationError(_("must be a moment with its time zone, like 2030-01-12T10:00:00+00:00."))
    check_year(found)
    return found


def moment_text(value: Any) -> str:
    return moment(value).isoformat()


def whole(value: Any, most: int = MOST_COUNTED) -> int:
    """A number that a database holds."""
    if not is_kind(value, int):
        raise ValidationError(_("must be a whole number."))
    if abs(value) > most:
        raise ValidationError(_("%(number)s is too large.") % {"number": quoted(str(value))})
    return int(value)


def line(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_LINE:
        raise ValidationError(_("must be a text of %(most)s characters at most.") % {"most": LONGEST_LINE})
    return carried_in_a_line(value)


def slot_kind(value: Any) -> str:
    if value not in Slot.Kind.values:
        raise ValidationError(_("must be one of %(these)s.") % {"these": ", ".join(Slot.Kind.values)})
    return str(value)


def features(value: Any) -> list[str]:
    """What a room has or a session needs."""
    if not isinstance(value, list) or len(value) > MOST_FEATURES:
        raise ValidationError(_("must be a list of %(most)s texts at most.") % {"most": MOST_FEATURES})
    if any(not isinstance(one, str) or len(one) > LONGEST_FEATURE for one in value):
        raise ValidationError(_("must be a list of short texts."))
    return [carried_in_a_line(one) for one in value]
