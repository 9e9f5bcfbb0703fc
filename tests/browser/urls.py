"""The addresses of the product and, as with DEBUG, the page of components."""

from django.urls import path

from config.urls import handler400, handler403, handler404, handler500, urlpatterns
from muster.web.views import styleguide

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *urlpatterns,
    path("styleguide/", styleguide.show),
    path("styleguide/<slug:look>/", styleguide.show),
]
