from django.urls import path

from . import views

app_name = "exchange"
urlpatterns = [
    path("<slug:camp>/import/", views.import_create, name="import_create"),
    path("<slug:camp>/import/<int:upload_id>/", views.import_detail, name="import_detail"),
    path("<slug:camp>/export/", views.export_list, name="export_list"),
    path("<slug:camp>/export/<slug:kind>/", views.export_download, name="export_download"),
]
