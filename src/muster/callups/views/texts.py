"""Where the provider of text messages hands in what people reply."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from muster.callups.actions import text_replies
from muster.notifications.channels import sms_replies
from muster.toolkit.refusal import Refused

STATUS = {
    "reply_unsigned": HTTPStatus.FORBIDDEN,
    "reply_stale": HTTPStatus.FORBIDDEN,
    "reply_malformed": HTTPStatus.BAD_REQUEST,
    "reply_under_way": HTTPStatus.SERVICE_UNAVAILABLE,
}


# The signature takes the place of session and token: no browser ever posts here.
@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """One message. 204 whatever became of it, so that the answer tells nobody who is on file."""
    if not settings.SMS_REPLY_KEY:
        raise Http404
    try:
        inbound = sms_replies.opened(
            request.read(sms_replies.LONGEST_BODY),
            stamp=request.headers.get(sms_replies.TIME_HEADER, ""),
            signed=request.headers.get(sms_replies.SIGNATURE_HEADER, ""),
            key=settings.SMS_REPLY_KEY,
            at=timezone.now(),
        )
        text_replies.take(inbound)
    except Refused as refused:
        return HttpResponse(refused.code, status=STATUS[refused.code], content_type="text/plain")
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
