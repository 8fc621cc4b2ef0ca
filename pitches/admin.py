from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from events import stamps
from events.admin import StampedAdmin

from .models import Pitch
from .topics import keep_colours


@admin.register(Pitch)
class PitchAdmin(StampedAdmin):
    """Without interest: who wants to be where is not shown here either."""

    parts = (stamps.PITCHES,)
    list_display = ["title", "camp", "kind", "withdrawn_at"]
    list_filter = ["kind"]
    search_fields = ["title"]
    raw_id_fields = ["camp", "hosts", "proposed_by", "not_in", "merged_into"]
    # Nobody becomes a host without knowing it.
    readonly_fields = ["hosts"]
    # Where its sessions stand hangs on the rest: its own page tells the draft, its hosts and calendars.
    elsewhere = (
        "camp", "proposed_by", "needs", "length", "runs", "rather", "not_in", "withdrawn_at", "merged_into",
    )  # fmt: skip

    def save_model(self, request: HttpRequest, obj: Pitch, form: Any, change: bool) -> None:
        obj.camp.lock(archived=True)
        super().save_model(request, obj, form, change)
        keep_colours(camp=obj.camp)
