from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("keep/", views.account_keep, name="account_keep"),
    path("keep/code/", views.account_confirm, name="account_confirm"),
]
