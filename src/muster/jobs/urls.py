from django.urls import URLPattern, URLResolver, path

from muster.jobs import views

app_name = "jobs"
urlpatterns: list[URLPattern | URLResolver] = [path("jobs/<str:code>/", views.run, name="desk-run-detail")]
