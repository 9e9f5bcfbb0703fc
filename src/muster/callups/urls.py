from django.urls import URLPattern, URLResolver, path

from muster.callups.views import check_in, my, post, unit
from muster.callups.views.desk import deeds, lists, live, raising

app_name = "callups"

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/callups/", lists.index, name="desk-callup-list"),
    path("desk/callups/new/", raising.new, name="desk-callup-new"),
    path("desk/callups/size/", raising.size, name="desk-callup-size"),
    path("desk/callups/<slug:code>/", live.detail, name="desk-callup-detail"),
    path("desk/callups/<slug:code>/live/", live.refresh, name="desk-callup-live"),
    path("desk/callups/<slug:code>/ask-more/", deeds.ask_more, name="desk-callup-ask-more"),
    path("desk/callups/<slug:code>/halt/", deeds.halt, name="desk-callup-halt"),
    path("desk/callups/<slug:code>/resume/", deeds.resume, name="desk-callup-resume"),
    path("desk/callups/<slug:code>/stand-down/", deeds.stand_down, name="desk-callup-stand-down"),
    path("desk/callups/<slug:code>/dispatch/", deeds.propose, name="desk-callup-dispatch"),
    path("desk/dispatch/<slug:code>/", deeds.dispatch_run, name="desk-dispatch-detail"),
    path("desk/dispatch/<slug:code>/confirm/", deeds.confirm, name="desk-dispatch-confirm"),
    path("desk/offers/<slug:code>/why/", live.why, name="desk-offer-why"),
    path("unit/", unit.home, name="unit-home"),
    path("unit/callups/<slug:code>/", unit.call, name="unit-call"),
    path("unit/callups/<slug:code>/people/", unit.people, name="unit-call-people"),
    path("unit/callups/<slug:code>/pledge/", unit.pledge, name="unit-call-pledge"),
    path("unit/callups/<slug:code>/decline/", unit.decline, name="unit-call-decline"),
    path("unit/callups/<slug:code>/names/", unit.name_people, name="unit-call-names"),
    path("post/", post.home, name="post-home"),
    path("post/<slug:code>/", post.detail, name="post-detail"),
    path("post/<slug:code>/code/", post.code_shown, name="post-code"),
    path("post/<slug:code>/list/", post.people, name="post-people"),
    path("post/<slug:code>/check-in/", post.check_in, name="post-check-in"),
    path("post/<slug:code>/check-out/", post.check_out, name="post-check-out"),
    path("post/<slug:code>/undo/", post.undo, name="post-undo"),
    path("post/<slug:code>/absent/", post.absent, name="post-absent"),
    path("post/<slug:code>/walk-up/", post.walk_up, name="post-walk-up"),
    path("post/<slug:code>/support/", post.support, name="post-support"),
    path("post/<slug:code>/phone/", post.phone, name="post-phone"),
    path("my/check-in/<slug:post_code>/", check_in.show, name="my-check-in"),
    path("my/check-in/<slug:post_code>/check/", check_in.check, name="my-check-in-check"),
    path("my/check-in/<slug:post_code>/undo/", check_in.undo, name="my-check-in-undo"),
    path("my/o/<str:token>/", my.show, name="my-offer"),
    path("my/o/<str:token>/answer/", my.answer, name="my-offer-answer"),
    path("my/o/<str:token>/calendar.ics", my.calendar, name="my-offer-calendar"),
]
