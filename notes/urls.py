from django.urls import path

from .views import along, record, session

app_name = "notes"
urlpatterns = [
    path("sessions/<row:session_id>/notes/", session.note_edit, name="note_edit"),
    path("sessions/<row:session_id>/notes/history/", session.note_history, name="note_history"),
    path("sessions/<row:session_id>/notes/<row:revision_id>/restore/", session.note_restore, name="note_restore"),
    path("sessions/<row:session_id>/notes/rule/", session.note_rule, name="note_rule"),
    path("sessions/<row:session_id>/links/", session.link_create, name="link_create"),
    path("sessions/<row:session_id>/links/<row:link_id>/delete/", session.link_delete, name="link_delete"),
    path("sessions/<row:session_id>/links/restore/", session.link_restore, name="link_restore"),
    path("sessions/<row:session_id>/write-ups/", record.session_writeup_create, name="session_writeup_create"),
    path("record/", record.record_list, name="record_list"),
    path("record/feed.atom", record.record_feed, name="record_feed"),
    path("along/my-camp.md", along.along_download, name="along_download"),
    path("along/draft/", along.draft_edit, name="draft_edit"),
    path("along/draft/delete/", along.draft_delete, name="draft_delete"),
    path("write-ups/new/", record.writeup_create, name="writeup_create"),
    path("write-ups/<row:writeup_id>/", record.writeup_detail, name="writeup_detail"),
    path("write-ups/<row:writeup_id>/edit/", record.writeup_edit, name="writeup_edit"),
    path("write-ups/<row:writeup_id>/delete/", record.writeup_delete, name="writeup_delete"),
]
