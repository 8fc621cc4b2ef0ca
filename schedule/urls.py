from django.urls import path

from .views import build, draft, public, repair

app_name = "schedule"
camp_urls = [
    path("grid/", public.grid_detail, name="grid_detail"),
    path("grid/versions/", public.version_list, name="version_list"),
    path("grid/versions/<int:number>/", public.version_detail, name="version_detail"),
    path("grid/how/", public.grid_how, name="grid_how"),
    path("calendar.ics", public.camp_calendar, name="camp_calendar"),
    path("rooms/<int:room_id>.ics", public.room_calendar, name="room_calendar"),
    path("sessions/<int:session_id>.ics", public.session_calendar, name="session_calendar"),
    path("my/", public.my_interests, name="my_interests"),
    path("my/calendar/replace/", public.calendar_replace, name="calendar_replace"),
    path("my/<str:key>.ics", public.my_calendar, name="my_calendar"),
    path("draft/", draft.draft_detail, name="draft_detail"),
    path("draft/publish/", draft.grid_publish, name="grid_publish"),
    path("draft/pitches/<int:pitch_id>/place/", draft.session_place, name="session_place"),
    path("draft/sessions/<int:session_id>/unplace/", draft.session_unplace, name="session_unplace"),
    path("draft/sessions/<int:session_id>/pin/", draft.session_pin, name="session_pin"),
    path("draft/sessions/<int:session_id>/swap/", draft.session_swap, name="session_swap"),
    path("draft/figures/", draft.draft_figures, name="draft_figures"),
    path("draft/pitches/<int:pitch_id>/repeat/", draft.repeat_add, name="repeat_add"),
    path("draft/repair/", repair.draft_repair, name="draft_repair"),
    path("draft/repair/rooms/", repair.room_close, name="room_close"),
    path("draft/repair/rooms/<int:room_id>/reopen/", repair.room_reopen, name="room_reopen"),
    path("draft/repair/hosts/", repair.host_away, name="host_away"),
    path("draft/repair/hosts/<int:attendee_id>/back/", repair.host_back, name="host_back"),
    path("draft/repair/start/", repair.repair_start, name="repair_start"),
    path("draft/builds/<int:build_id>/repair/", repair.repair_take, name="repair_take"),
    path("draft/builds/", build.build_start, name="build_start"),
    path("draft/builds/<int:build_id>/", build.build_detail, name="build_detail"),
    path("draft/builds/<int:build_id>/stop/", build.build_stop, name="build_stop"),
    path("draft/builds/<int:build_id>/take/", build.build_take, name="build_take"),
]
urlpatterns = [path(f"<slug:camp>/{p.pattern}", p.callback, name=p.name) for p in camp_urls]
