from django.urls import path

from . import views

app_name = "pitches"
urlpatterns = [
    path("pitches/", views.pitch_list, name="pitch_list"),
    path("pitches/one/", views.pitch_one, name="pitch_one"),
    path("pitches/new/", views.pitch_create, name="pitch_create"),
    path("pitches/since/", views.board_news, name="board_news"),
    path("pitches/seen/", views.seen_mark, name="seen_mark"),
    path("pitches/<row:pitch_id>/", views.pitch_detail, name="pitch_detail"),
    path("pitches/<row:pitch_id>/edit/", views.pitch_edit, name="pitch_edit"),
    path("pitches/<row:pitch_id>/withdraw/", views.pitch_withdraw, name="pitch_withdraw"),
    path("pitches/<row:pitch_id>/return/", views.pitch_return, name="pitch_return"),
    path("pitches/<row:pitch_id>/host/", views.pitch_host, name="pitch_host"),
    path("pitches/<row:pitch_id>/merge/", views.pitch_merge, name="pitch_merge"),
    path("pitches/<row:pitch_id>/interest/", views.interest_set, name="interest_set"),
]
