from django.apps import AppConfig


class ToolkitConfig(AppConfig):
    name = "muster.toolkit"
    label = "toolkit"
