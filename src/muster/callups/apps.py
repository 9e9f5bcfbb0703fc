from django.apps import AppConfig


class CallupsConfig(AppConfig):
    name = "muster.callups"
    label = "callups"
