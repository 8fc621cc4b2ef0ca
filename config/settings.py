"""All settings. Everything that differs between machines comes from the environment: docs/operating.md lists it."""

import os
import sys
from pathlib import Path

import django
import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from . import environment, supervisor, zones

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
zones.use_newest()

#: one-click sign-in and demo camps; never on a machine that real people use
DEMO = env.bool("CAMPGRID_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
IS_PUBLIC_SERVER = not (DEBUG or DEMO)
SECRET_KEY = environment.secret_key(env, sys.argv, is_trial=not IS_PUBLIC_SERVER)
SECRET_KEY_FALLBACKS = environment.earlier_keys(env, is_trial=not IS_PUBLIC_SERVER)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if IS_PUBLIC_SERVER else ["*"])
#: who may open a camp: everybody with an account, or whom the operator named
CAMPS_OPENED_BY = env.str("CAMPS_OPENED_BY", default="everybody")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
#: how this installation is called from outside, for e-mails and commands
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
#: where a hole in Campgrid is told of; without it there is no security.txt
SECURITY_CONTACT = env.list("SECURITY_CONTACT", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # allauth's list of passkeys needs it
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    # Django 6 has partials built in.
    *(["template_partials"] if django.VERSION < (6,) else []),
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    "accounts",
    "events",
    "pitches",
    "schedule",
    "notes",
    "exchange",
    "demo",
    "config",
]
LANGUAGES = [("en-gb", _("English"))]
MIDDLEWARE = [
    "config.middleware.log_requests",
    "config.middleware.answer_health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.say_who_may_keep_it",
    "config.middleware.tell_search_engines",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    # With one language there is nothing to choose, and pages need not vary by what a browser would like.
    *(["django.middleware.locale.LocaleMiddleware"] if len(LANGUAGES) > 1 else []),
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.refuse_null_characters",
    "config.middleware.tell_who_left",
    "config.middleware.say_whose_it_is",
    "accounts.browser.tell_browsers_apart",
    "config.middleware.refuse_large_bodies",
]
ROOT_URLCONF = "config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                *(["template_partials.templatetags.partials"] if django.VERSION < (6,) else []),
                "events.templatetags.campgrid",
                "events.templatetags.unchanging",
            ],
        },
    }
]

DATABASES = {"default": environment.database(env, BASE_DIR, is_demo=DEMO, is_trial=not IS_PUBLIC_SERVER)}
CACHES = environment.caches(env)
#: a connection of its own, to listen for hints (LISTEN): never through a pooler that hands each transaction another
LISTEN_DATABASE_URL = env.str("LISTEN_DATABASE_URL", default="")
#: whether browsers are told of changes while they happen: `serve` has a process for that
HAS_STREAMS = supervisor.HANDS in os.environ
# Mail has a queue and a worker of its own: no code to sign in with waits for a build.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail"]}}
# Django 5 would take smaller ones.
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "events:my_camps"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# The library counts in the cache, which each process has to itself: `accounts.limits` counts in the database.
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "accounts.adapters.PasskeyAdapter"
MFA_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "accounts.passkeys.AddPasskeyForm",
    "login_webauthn": "accounts.passkeys.LoginPasskeyForm",
    "reauthenticate_webauthn": "accounts.passkeys.ReauthenticatePasskeyForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PUBLIC_SERVER

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Campgrid <campgrid@localhost>")

# Whom devices are told by (Web Push): made from SECRET_KEY if there is none of its own.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
# Browsers choose the service; to addresses of any other nothing is sent.
PUSH_SERVICES = env.list("PUSH_SERVICES", default=environment.PUSH_SERVICES)

LANGUAGE_CODE = "en-gb"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
# What browsers ask for at the root, whatever a page says: favicon.ico.
WHITENOISE_ROOT = BASE_DIR / "static" / "root"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "config.static_files.StaticFiles"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=IS_PUBLIC_SERVER)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000 if IS_PUBLIC_SERVER else 0)
# Both bind other hosts, and for a year: asked for by whoever runs them, or off.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PUBLIC_SERVER
# A guest has nothing but this cookie: it must outlive the camp and the weeks after.
SESSION_COOKIE_AGE = 60 * 60 * 24 * 180
# In the database: with a cache per process one would not hear of a sign-out in another.
SESSION_ENGINE = "accounts.sessions"
MESSAGE_STORAGE = "accounts.told.ToldStorage"
# Nothing from elsewhere, nothing inline: a text that somebody typed can never become a script.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **{part: [SELF] for part in ("default-src", "script-src", "style-src", "form-action")},
        "img-src": [SELF, "data:"],
        **{part: [NONE] for part in ("object-src", "base-uri", "frame-ancestors")},
    }
}
CSRF_FAILURE_VIEW = "config.views.csrf_failed"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

LOGGING = environment.logging_to_console(env.str("LOG_LEVEL", default="INFO" if not DEBUG else "WARNING"))
