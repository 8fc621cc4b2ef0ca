from django.contrib import admin

from .models import Pitch


@admin.register(Pitch)
class PitchAdmin(admin.ModelAdmin):
    """Without interest: who wants to be where is not shown here either."""

    list_display = ["title", "camp", "kind", "withdrawn_at"]
    list_filter = ["kind"]
    search_fields = ["title"]
    raw_id_fields = ["camp", "hosts", "proposed_by", "not_in", "merged_into"]
