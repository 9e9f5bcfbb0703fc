from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "muster.organizations"
    label = "organizations"
