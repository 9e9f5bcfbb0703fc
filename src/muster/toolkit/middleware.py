"""What surrounds every page: the content security policy, and the sentence for a refusal that no view has caught."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from muster.toolkit import pages
from muster.toolkit.refusal import Refused

Answer = Callable[[HttpRequest], HttpResponse]

# data: is for the chevrons that Tabler draws in its style sheet. Nothing inline, nothing from elsewhere.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ]
)
# The camera reads check-in codes; nothing else of the device is asked for.
PERMISSIONS = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"


class SecurityHeaders:
    """Puts the strict policy on every answer, and says that it is for one reader."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        # A page is drawn for one person; nobody on the way keeps it, and the browser asks before it shows it again.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class Refusals:
    """Turns a `Refused` that leaves a view into its page or toast, so that views need no try."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return pages.refusal(request, exception) if isinstance(exception, Refused) else None
