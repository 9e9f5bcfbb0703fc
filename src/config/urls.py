"""Every address of Muster begins in one of these lists; the permission table has a row for each."""

from django.urls import include, path

urlpatterns = [
    path("", include("muster.people.urls")),
    path("", include("muster.organizations.urls")),
    path("", include("muster.callups.urls")),
    path("", include("muster.oversight.urls")),
    path("", include("muster.jobs.urls")),
    path("", include("muster.web.urls")),
]
