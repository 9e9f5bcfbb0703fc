"""The request as views see it, once the middleware has found out who acts."""

from django.http import HttpRequest

from muster.toolkit.actor import Actor


class ActorRequest(HttpRequest):
    """A request with its actor; `muster.people.middleware.ActorMiddleware` makes every request one."""

    actor: Actor
