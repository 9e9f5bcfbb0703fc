"""What became of the messages about something, and sending the failed ones anew."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from muster.notifications import access, queries
from muster.notifications.actions import messages
from muster.toolkit import pages, paging, toasts
from muster.toolkit.requests import ActorRequest, sign_in_first

TEMPLATE = "notifications/desk/messages.html"


@require_GET
@sign_in_first
def about(request: ActorRequest, subject_kind: str, subject_code: str) -> HttpResponse:
    """The failed messages about a subject; as a fragment for the page of the subject itself."""
    found = access.messages_about(request.actor, subject_kind, subject_code)
    page = paging.page_after(queries.failed(found), key=("-id",), after=request.GET.get("after", ""))
    context = {"counts": queries.delivery_counts(subject_kind, subject_code), "page": page}
    return pages.page(request, f"{TEMPLATE}#failed" if pages.is_fragment(request) else TEMPLATE, context)


@require_POST
def resend(request: ActorRequest, code: str) -> HttpResponse:
    """One failed message again. A second click is refused by the action, so nobody is told twice."""
    message = access.get_message(request.actor, code)
    messages.resend(message, actor=request.actor)
    if pages.is_fragment(request):
        message.refresh_from_db()
        return pages.page(request, "notifications/desk/_message.html", {"message": message})
    toasts.add(request, _("The message is being sent again."))
    return HttpResponseRedirect(
        reverse("notifications:desk-message-about", args=[message.subject_kind, message.subject_code])
    )
