from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from . import stamps
from .editing import OF_THE_GRID, delete_camp, save_only
from .frame import refuse_overlap
from .models import Camp, Room, Slot
from .signals import frame_changed


class StampedAdmin(admin.ModelAdmin):
    """What an operator changes here changes pages: no service is asked, so the parts are counted here.

    What others hang on is not changed here once it is there: its own page sees to them, and refuses what cannot be.
    """

    #: what shows these things
    parts: tuple[str, ...] = (stamps.FRAME,)
    #: what is changed on its own page
    elsewhere: tuple[str, ...] = ("camp",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, *(self.elsewhere if obj else ()))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            columns = {field.name for field in obj._meta.concrete_fields}
            camp = obj if isinstance(obj, Camp) else obj.camp
            save_only(camp=camp, thing=obj, fields=columns & {*form.changed_data})
        else:
            super().save_model(request, obj, form, change)
        self._bump(self._camps([obj]))

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
        self._hold({obj.camp_id})
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
    # Slots hang on the days, whoever waits on the places.
    elsewhere = (*OF_THE_GRID, "capacity", "archived_at")

    def delete_model(self, request: HttpRequest, obj: Camp) -> None:
        delete_camp(camp=obj, typed_name=obj.name)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Camp]) -> None:
        for camp in queryset.order_by("pk"):
            delete_camp(camp=camp, typed_name=camp.name)


@admin.register(Room)
class RoomAdmin(FrameAdmin):
    # Hosts are told when a room is closed or open again: the camp's own page does that.
    exclude = ["closed_in"]
    # As in `forms.URLField` of ours.
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


class SlotForm(forms.ModelForm):
    """For a new one; of one that is there the times stay."""

    class Meta:
        model = Slot
        fields: ClassVar[list[str]] = ["camp", "starts_at", "ends_at", "kind", "title"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if {"camp", "starts_at", "ends_at"} <= data.keys():
            slot = Slot(camp=data["camp"], starts_at=data["starts_at"], ends_at=data["ends_at"])
            slot.refuse_a_whole_day()
            refuse_overlap(slot)
        return data


@admin.register(Slot)
class SlotAdmin(FrameAdmin):
    form = SlotForm
    # Sessions stand in it, and what moves them is told to their hosts.
    elsewhere = ("camp", "starts_at", "ends_at", "kind")
