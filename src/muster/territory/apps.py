from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "muster.territory"
    label = "territory"
