from django.urls import URLPattern, URLResolver, path

from muster.notifications import views

app_name = "notifications"
urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "desk/messages/about/<str:subject_kind>/<str:subject_code>/", views.about, name="desk-message-about"
    ),
    path("desk/messages/<str:code>/resend/", views.resend, name="desk-message-resend"),
]
