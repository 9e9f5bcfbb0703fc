from django.conf import settings
from django.urls import URLPattern, URLResolver, path

from muster.web.views import desk, my, public, styleguide, units

app_name = "web"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", public.home, name="home"),
    path("privacy/", public.privacy, name="privacy"),
    path("preferences/", public.preferences, name="preferences"),
    path("desk/", desk.home, name="desk-home"),
    path("desk/units/", units.index, name="desk-unit-list"),
    path("desk/units/new/", units.new, name="desk-unit-new"),
    path("desk/units/<slug:code>/", units.detail, name="desk-unit-detail"),
    path("desk/units/<slug:code>/edit/", units.edit, name="desk-unit-edit"),
    path("desk/units/<slug:code>/link/", units.link, name="desk-unit-link"),
    path("desk/units/<slug:code>/unlink/", units.unlink, name="desk-unit-unlink"),
    path("desk/units/<slug:code>/contacts/", units.contact, name="desk-unit-contact"),
    path("desk/units/<slug:code>/plans/", units.plan, name="desk-unit-plan"),
    path("desk/units/<slug:code>/liaison/", units.liaison, name="desk-unit-liaison"),
    path(
        "desk/units/<slug:code>/community-liaison/",
        units.community_liaison,
        name="desk-unit-community-liaison",
    ),
    path("desk/units/<slug:code>/team/", units.team, name="desk-unit-team"),
    path("my/", my.home, name="my-home"),
    path("healthz", public.healthz, name="healthz"),
]

if settings.DEBUG:
    urlpatterns += [
        path("styleguide/", styleguide.show, name="styleguide"),
        path("styleguide/<slug:look>/", styleguide.show, name="styleguide-look"),
    ]
