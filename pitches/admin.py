from django.contrib import admin
from django.http import HttpRequest

from events import stamps
from events.admin import StampedAdmin

from .models import Pitch


@admin.register(Pitch)
class PitchAdmin(StampedAdmin):
    """Without interest: who wants to be where is not shown here either."""

    parts = (stamps.PITCHES,)
    list_display = ["title", "camp", "kind", "withdrawn_at"]
    list_filter = ["kind"]
    search_fields = ["title"]
    raw_id_fields = ["camp", "hosts", "proposed_by", "not_in", "merged_into"]

    def get_readonly_fields(self, request: HttpRequest, obj: Pitch | None = None) -> tuple[str, ...]:
        """Where its sessions can stand hangs on its length: the pitch's own page says what becomes of them."""
        return ("length",) if obj else ()
