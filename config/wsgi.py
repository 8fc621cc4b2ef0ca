"""The web application, as gunicorn serves it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from demo.checks import refuse_to_serve_demo_data  # noqa: E402

refuse_to_serve_demo_data()
