from django.urls import path

from . import views

app_name = "pitches"
urlpatterns = [
    path("<slug:camp>/pitches/", views.pitch_list, name="pitch_list"),
    path("<slug:camp>/pitches/new/", views.pitch_create, name="pitch_create"),
    path("<slug:camp>/pitches/seen/", views.seen_mark, name="seen_mark"),
    path("<slug:camp>/pitches/<int:pitch_id>/", views.pitch_detail, name="pitch_detail"),
    path("<slug:camp>/pitches/<int:pitch_id>/edit/", views.pitch_edit, name="pitch_edit"),
    path("<slug:camp>/pitches/<int:pitch_id>/withdraw/", views.pitch_withdraw, name="pitch_withdraw"),
    path("<slug:camp>/pitches/<int:pitch_id>/host/", views.pitch_host, name="pitch_host"),
    path("<slug:camp>/pitches/<int:pitch_id>/merge/", views.pitch_merge, name="pitch_merge"),
    path("<slug:camp>/pitches/<int:pitch_id>/interest/", views.interest_set, name="interest_set"),
]
