from django.urls import path

from . import views
from .practice import views as practice

app_name = "exchange"
urlpatterns = [
    path("import/", views.import_create, name="import_create"),
    path("import/<row:upload_id>/", views.import_detail, name="import_detail"),
    path("import/sheets/<slug:sheet>/", views.sheet_download, name="sheet_download"),
    path("practise/", practice.practise, name="practise"),
    path("practise/erase/", practice.practice_erase, name="practice_erase"),
    path("export/", views.export_list, name="export_list"),
    path("export/<slug:kind>/", views.export_download, name="export_download"),
]
