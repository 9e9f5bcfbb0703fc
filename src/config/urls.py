"""Every address of Muster begins in one of these lists; the permission table has a row for each."""

from django.urls import include, path

urlpatterns = [
    path("", include("muster.people.urls")),
    path("", include("muster.organizations.urls")),
    path("", include("muster.records.urls")),
    path("", include("muster.callups.urls")),
    path("", include("muster.oversight.urls")),
    path("", include("muster.jobs.urls")),
    path("", include("muster.audit.urls")),
    path("", include("muster.notifications.urls")),
    path("", include("muster.norms.urls")),
    path("", include("muster.web.urls")),
]

handler400 = "muster.web.views.errors.bad_request"
handler403 = "muster.web.views.errors.forbidden"
handler404 = "muster.web.views.errors.not_found"
handler500 = "muster.web.views.errors.server_error"
