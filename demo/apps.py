from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    name = "demo"
    verbose_name = _("Demo")

    def ready(self) -> None:
        from .checks import refuse_demo_data

        register(refuse_demo_data)
