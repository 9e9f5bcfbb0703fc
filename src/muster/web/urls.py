from django.conf import settings
from django.urls import URLPattern, URLResolver, path

from muster.web.views import desk, my, public, styleguide

app_name = "web"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", public.home, name="home"),
    path("privacy/", public.privacy, name="privacy"),
    path("preferences/", public.preferences, name="preferences"),
    path("desk/", desk.home, name="desk-home"),
    path("my/", my.home, name="my-home"),
    path("healthz", public.healthz, name="healthz"),
]

if settings.DEBUG:
    urlpatterns += [
        path("styleguide/", styleguide.show, name="styleguide"),
        path("styleguide/<slug:look>/", styleguide.show, name="styleguide-look"),
    ]
