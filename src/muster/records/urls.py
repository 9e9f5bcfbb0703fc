from django.urls import URLPattern, URLResolver, path

from muster.records.views import my

app_name = "records"

urlpatterns: list[URLPattern | URLResolver] = [
    path("my/records/", my.index, name="my-record-list"),
]
