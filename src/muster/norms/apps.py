from django.apps import AppConfig


class NormsConfig(AppConfig):
    name = "muster.norms"
    label = "norms"
