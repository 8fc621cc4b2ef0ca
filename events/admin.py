from django.contrib import admin

from .models import Camp, Room, Slot


@admin.register(Camp)
class CampAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "starts_on", "ends_on", "joining", "archived_at"]
    search_fields = ["name", "slug"]


admin.site.register([Room, Slot])
