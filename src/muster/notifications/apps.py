from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "muster.notifications"
    label = "notifications"
