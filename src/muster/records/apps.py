from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "muster.records"
    label = "records"
