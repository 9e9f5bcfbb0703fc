from django.urls import URLPattern, URLResolver, path

from muster.audit import views

app_name = "audit"
urlpatterns: list[URLPattern | URLResolver] = [path("desk/trail/", views.trail, name="desk-trail-list")]
