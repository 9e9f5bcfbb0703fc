from django.urls import URLPattern, URLResolver, path

from muster.callups.views import my

app_name = "callups"

urlpatterns: list[URLPattern | URLResolver] = [
    path("my/o/<str:token>/", my.show, name="my-offer"),
    path("my/o/<str:token>/answer/", my.answer, name="my-offer-answer"),
    path("my/o/<str:token>/calendar.ics", my.calendar, name="my-offer-calendar"),
]
