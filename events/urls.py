from django.urls import include, path

from .views import camp, frame, front, people

app_name = "events"
camp_urls = [
    path("", camp.camp_detail, name="camp_detail"),
    path("accent.css", camp.camp_accent, name="camp_accent"),
    path("join/", camp.camp_join, name="camp_join"),
    path("leave/", camp.camp_leave, name="camp_leave"),
    path("erase/", camp.camp_erase, name="camp_erase"),
    path("news/heard/", camp.news_hear, name="news_hear"),
    path("name/", camp.name_edit, name="name_edit"),
    path("poster/", camp.camp_poster, name="camp_poster"),
    path("settings/", camp.camp_edit, name="camp_edit"),
    path("settings/<str:switch>/switch/", camp.camp_switch, name="camp_switch"),
    path("archive/", camp.camp_archive, name="camp_archive"),
    path("delete/", camp.camp_delete, name="camp_delete"),
    path("copy/", camp.camp_copy, name="camp_copy"),
    path("rooms/", frame.room_list, name="room_list"),
    path("rooms/features/", frame.room_features, name="room_features"),
    path("rooms/paste/", frame.room_paste, name="room_paste"),
    path("rooms/paste/undo/", frame.room_unpaste, name="room_unpaste"),
    path("rooms/<row:room_id>/", frame.room_edit, name="room_edit"),
    path("rooms/<row:room_id>/delete/", frame.room_delete, name="room_delete"),
    path("slots/", frame.slot_list, name="slot_list"),
    path("slots/generate/", frame.slot_generate, name="slot_generate"),
    path("slots/generate/undo/", frame.slot_ungenerate, name="slot_ungenerate"),
    path("slots/<row:slot_id>/", frame.slot_edit, name="slot_edit"),
    path("slots/<row:slot_id>/delete/", frame.slot_delete, name="slot_delete"),
    path("people/", people.people_list, name="people_list"),
    path("people/addresses/", people.address_upload, name="address_upload"),
    path("people/addresses/drop/", people.address_drop, name="address_drop"),
    path("people/<row:attendee_id>/role/", people.person_role, name="person_role"),
    path("people/<row:attendee_id>/remove/", people.person_remove, name="person_remove"),
    path("people/<row:attendee_id>/handover/", people.person_handover, name="person_handover"),
    path("people/invitations/<row:invitation_id>/take-back/", people.invitation_take_back, name="invitation_take_back"),
    path("invitations/<str:key>/", camp.invitation_accept, name="invitation_accept"),
]
urlpatterns = [
    path("", front.home, name="home"),
    path("j/", front.code_enter, name="code_enter"),
    path("j/<str:code>/", front.code_join, name="code_join"),
    path("me/", front.my_camps, name="my_camps"),
    path("me/erase/", front.account_erase, name="account_erase"),
    path("new/", front.camp_create, name="camp_create"),
    path("<slug:camp>/", include(camp_urls)),
]
