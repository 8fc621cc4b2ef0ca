"""The web application, for servers that speak ASGI; the sync views are faster over WSGI."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()

from demo.checks import refuse_to_serve_demo_data  # noqa: E402

refuse_to_serve_demo_data()
