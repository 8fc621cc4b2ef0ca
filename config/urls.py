"""Every address. What is needed by Campgrid itself stands first: `events.models.camp.RESERVED_SLUGS` keeps it free."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from accounts.views import sign_in, sign_in_confirm
from exchange.views import camp_import_create, camp_import_detail
from notes.views.along import along_detail
from notes.views.session import session_detail
from schedule.views.scan import scan_detail
from schedule.views.shift import slots_shift
from schedule.views.tell import device_move

from . import offline, signposts, views

#: what the apps above `events` add below a camp's slug
camp_urls: list[URLPattern | URLResolver] = [
    # The grid links to a session's page; only here is it settled that notes serve it.
    path("sessions/<row:session_id>/", session_detail, name="session_detail"),
    # So does my day, to what one takes along from it.
    path("along/", along_detail, name="along_detail"),
    # And the list of slots to where they move by minutes, which the grid serves, since it publishes.
    path("slots/shift/", slots_shift, name="slots_shift"),
    # What a device keeps for when there is no network names pages of every app.
    path("kept.json", offline.camp_kept, name="camp_kept"),
    path("waiting/", offline.camp_waiting, name="camp_waiting"),
    path("", include("pitches.urls")),
    path("", include("schedule.urls")),
    path("", include("notes.urls")),
    path("", include("exchange.urls")),
]
urlpatterns = [
    path("admin/", admin.site.urls),
    path("health/", views.health, name="health"),
    path("robots.txt", signposts.robots, name="robots"),
    path(".well-known/security.txt", signposts.security_contact, name="security_contact"),
    path("security.txt", RedirectView.as_view(pattern_name="security_contact")),
    path("sw.js", offline.worker, name="worker"),
    # In capitals a QR code is coarser; who types it in small letters is led there, too.
    path("Q/<str:mark>", scan_detail, name="scan_detail"),
    path("q/<str:mark>", scan_detail),
    path("push/moved/", device_move, name="device_move"),
    path("app/offline/", offline.offline, name="offline"),
    path("demo/", include("demo.urls")),
    path("accounts/login/code/", sign_in, name="account_request_login_code"),
    path("accounts/login/code/confirm/", sign_in_confirm, name="account_confirm_login_code"),
    path("accounts/", include("accounts.allauth_pages")),
    path("accounts/", include("accounts.urls")),
    # Beside the page that opens a camp, which is of the app below.
    path("new/import/", camp_import_create, name="camp_import_create"),
    path("new/import/<row:upload_id>/", camp_import_detail, name="camp_import_detail"),
    path("", include("events.urls")),
    path("<slug:camp>/", include(camp_urls)),
]
handler400 = "config.views.not_understood"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.broken"
