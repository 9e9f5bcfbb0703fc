from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "muster.jobs"
    label = "jobs"

    def ready(self) -> None:
        # Every process knows every job by name: the one that enqueues refuses a name that no worker could run.
        autodiscover_modules("jobs")
