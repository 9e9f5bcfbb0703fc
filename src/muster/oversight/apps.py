from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "muster.oversight"
    label = "oversight"
