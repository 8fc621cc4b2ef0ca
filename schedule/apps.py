from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScheduleConfig(AppConfig):
    name = "schedule"
    verbose_name = _("Grid")

    def ready(self) -> None:
        from . import checklist  # noqa: F401
        from .desk import receivers as _desk  # noqa: F401
        from .draft import receivers as _draft  # noqa: F401
        from .wall import receivers as _wall  # noqa: F401

        # isort: split
        # The way to another place stands below the place.
        from .claims import receivers as _claims  # noqa: F401
