"""A search for a person: sent as a form, answered at an address in which nobody can read who was looked for.

Names and numbers stay out of URLs, which end up in histories and in the logs of what stands before us. The address can
be kept, gone back to and turned over page by page all the same.
"""

from typing import TypeVar

from django.forms import Form
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect

from muster.toolkit import crypto
from muster.toolkit.requests import ActorRequest

TEXT, SEALED = "q", "s"
PLACE = "people.search"
# Far more than a form takes, so that the form itself says that it is too much.
LONGEST = 200

AForm = TypeVar("AForm", bound=Form)


def to_results(request: ActorRequest, kind: type[Form]) -> HttpResponseRedirect:
    """Leads on to what was looked for; of the other fields those that were filled in stay in clear."""
    text = request.POST.get(TEXT, "").strip()[:LONGEST]
    query = QueryDict(mutable=True)
    query.update(
        {name: value for name in kind.base_fields if name != TEXT and (value := request.POST.get(name))}
    )
    if text:
        query[SEALED] = crypto.encrypt(text, place=PLACE)
    return redirect(f"{request.path}?{query.urlencode()}" if query else request.path)


def searched(request: ActorRequest, kind: type[AForm]) -> AForm:
    """The form as it was sent. What does not open was not sealed by us: then nobody was looked for."""
    data = request.GET.copy()
    try:
        data[TEXT] = crypto.decrypt(data.get(SEALED, ""), place=PLACE)
    except crypto.Unreadable:
        data[TEXT] = ""
    return kind(data)


def asked_of(form: Form) -> dict[str, str]:
    """What was looked for, field by field; nothing at all where the form cannot be read."""
    return form.cleaned_data if form.is_valid() else dict.fromkeys(form.fields, "")
