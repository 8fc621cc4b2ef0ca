from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("keep/", views.place_keep, name="place_keep"),
    path("keep/code/", views.place_confirm, name="place_confirm"),
]
