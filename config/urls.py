"""Every address. What is needed by Campgrid itself stands first: `events.models.camp.RESERVED_SLUGS` keeps it free."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from notes.views.session import session_detail

from . import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("health/", views.health, name="health"),
    path("demo/", views.demo, name="demo"),
    path("demo/sign-in/", views.demo_sign_in, name="demo_sign_in"),
    path("accounts/login/", RedirectView.as_view(pattern_name="account_request_login_code", query_string=True)),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/", include("accounts.urls")),
    path("", include("events.urls")),
    # The grid below links to a session's page; only here is it settled that notes serve it.
    path("<slug:camp>/sessions/<int:session_id>/", session_detail, name="session_detail"),
    path("", include("pitches.urls")),
    path("", include("schedule.urls")),
    path("", include("notes.urls")),
    path("", include("exchange.urls")),
]
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.broken"
