from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from . import stamps
from .editing import OF_THE_GRID, save_only
from .models import Camp, Room, Slot
from .signals import frame_changed


class StampedAdmin(admin.ModelAdmin):
    """What an operator changes here changes pages: no service is asked, so the parts are counted here."""

    #: what shows these things
    parts: tuple[str, ...] = (stamps.FRAME,)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # Where it was before may be another camp.
        before = self._camps([obj]) if change else set()
        if change:
            columns = {field.name for field in obj._meta.concrete_fields}
            save_only(thing=obj, fields=columns & {*form.changed_data})
        else:
            super().save_model(request, obj, form, change)
        self._bump(before | self._camps([obj]))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        camps = self._camps([obj])
        super().delete_model(request, obj)
        self._bump(camps)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        camps = self._camps(queryset)
        super().delete_queryset(request, queryset)
        self._bump(camps)

    def _camps(self, things: Iterable[Model]) -> set[int]:
        """The camps that have these, as it is stored now."""
        path = "pk" if self.model is Camp else "camp_id"
        return set(
            self.model._default_manager.filter(pk__in=[thing.pk for thing in things]).values_list(path, flat=True)
        )

    def _bump(self, camps: set[int]) -> None:
        # In one order, so that neither of two operators waits for the other in turn; a deleted camp has no pages.
        for camp in Camp.objects.filter(pk__in=camps).order_by("pk"):
            self._tell(camp)

    def _tell(self, camp: Camp) -> None:
        stamps.bump(camp, *self.parts)


class FrameAdmin(StampedAdmin):
    """Where and when sessions can be is different, too: the draft and calendars hear of it."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self._hold({obj.camp_id} | (self._camps([obj]) if change else set()))
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._hold(self._camps([obj]))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._hold(self._camps(queryset))
        super().delete_queryset(request, queryset)

    def _hold(self, camps: set[int]) -> None:
        """As services do: held before any of its rooms and slots is written (lock order)."""
        for camp in Camp.objects.filter(pk__in=camps).order_by("pk"):
            camp.lock(archived=True)

    def _tell(self, camp: Camp) -> None:
        super()._tell(camp)
        frame_changed.send(sender=self.model, camp=camp)


@admin.register(Camp)
class CampAdmin(StampedAdmin):
    list_display = ["name", "slug", "starts_on", "ends_on", "joining", "archived_at"]
    search_fields = ["name", "slug"]

    def get_readonly_fields(self, request: HttpRequest, obj: Camp | None = None) -> tuple[str, ...]:
        """What others hang on, as slots on the days and whoever waits on the places, is changed on the camp's own page
        of settings, which sees to them."""
        return (*OF_THE_GRID, "capacity", "archived_at") if obj else ()


@admin.register(Room)
class RoomAdmin(FrameAdmin):
    # Hosts are told when a room is closed or open again: the camp's own page does that.
    exclude = ["closed_in"]
    # As in `forms.URLField` of ours.
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


admin.site.register(Slot, FrameAdmin)
