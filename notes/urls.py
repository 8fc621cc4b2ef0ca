from django.urls import path

from .views import record, session

app_name = "notes"
camp_urls = [
    path("sessions/<int:session_id>/notes/", session.note_edit, name="note_edit"),
    path("sessions/<int:session_id>/notes/history/", session.note_history, name="note_history"),
    path("sessions/<int:session_id>/notes/<int:revision_id>/restore/", session.note_restore, name="note_restore"),
    path("sessions/<int:session_id>/notes/rule/", session.note_rule, name="note_rule"),
    path("sessions/<int:session_id>/links/", session.link_create, name="link_create"),
    path("sessions/<int:session_id>/links/<int:link_id>/delete/", session.link_delete, name="link_delete"),
    path("sessions/<int:session_id>/write-ups/", record.session_writeup_create, name="session_writeup_create"),
    path("record/", record.record_list, name="record_list"),
    path("record/feed.atom", record.record_feed, name="record_feed"),
    path("write-ups/new/", record.writeup_create, name="writeup_create"),
    path("write-ups/<int:writeup_id>/", record.writeup_detail, name="writeup_detail"),
    path("write-ups/<int:writeup_id>/edit/", record.writeup_edit, name="writeup_edit"),
    path("write-ups/<int:writeup_id>/delete/", record.writeup_delete, name="writeup_delete"),
]
urlpatterns = [path(f"<slug:camp>/{p.pattern}", p.callback, name=p.name) for p in camp_urls]
