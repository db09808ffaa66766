"""Django's settings, read from the environment through the typed registry."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from habitue.config import environment
from habitue.config.addresses import conninfo
from habitue.config.secret_key import secret_key

BASE_DIR = Path(__file__).resolve().parents[1]

DEBUG = environment.DEBUG.value()
SECRET_KEY = secret_key()
ALLOWED_HOSTS = list(environment.ALLOWED_HOSTS.value())
CSRF_TRUSTED_ORIGINS = list(environment.TRUSTED_ORIGINS.value())

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "pgtrigger",
    "habitue.data.ledger",
    "habitue.data.programme",
    "habitue.data.insights",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]

ROOT_URLCONF = "habitue.config.urls"
ASGI_APPLICATION = "habitue.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]


def database_settings(url: str) -> dict[str, Any]:
    """Return Django's form of a database's address; nothing is connected by it."""
    parts = conninfo_to_dict(conninfo(url, application="habitue"))
    renamed = {"dbname": "NAME", "user": "USER", "password": "PASSWORD"}
    places = {"host": "HOST", "port": "PORT"}
    known = renamed | places
    settings = {known[name]: str(value) for name, value in parts.items() if name in known}
    options = {name: value for name, value in parts.items() if name not in known}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **settings,
        "OPTIONS": options,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database_settings(environment.DATABASE_URL.value())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en-gb"
LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("de", _("German")),
    ("ro", _("Romanian")),
]

# Nothing is loaded from elsewhere and no script is inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_SECURE = not DEBUG

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": environment.LOG_LEVEL.value().upper()},
}
