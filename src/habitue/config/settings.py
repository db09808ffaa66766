"""Django's settings, read from the environment through the typed registry."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from habitue.config import environment
from habitue.config.addresses import conninfo
from habitue.config.catalogues import compiled_catalogues
from habitue.config.secret_key import secret_key

BASE_DIR = Path(__file__).resolve().parents[1]
INTERFACES = BASE_DIR / "interfaces"
# The doors with pages; what they share comes last, so that a door may have its own form of it.
PAGES = ("entrance", "backoffice", "terminal", "portal", "web")

DEBUG = environment.DEBUG.value()
SECRET_KEY = secret_key()
ALLOWED_HOSTS = list(environment.ALLOWED_HOSTS.value())
CSRF_TRUSTED_ORIGINS = list(environment.TRUSTED_ORIGINS.value())

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "pgtrigger",
    "habitue.data.ledger",
    "habitue.data.programme",
    "habitue.data.insights",
]

AUTH_USER_MODEL = "programme.Staff"
SESSION_ENGINE = "habitue.data.programme.sessions"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "habitue.interfaces.web.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "habitue.config.urls"
ASGI_APPLICATION = "habitue.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [INTERFACES / door / "templates" for door in PAGES],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "habitue.interfaces.web.context.pages",
            ],
            "builtins": ["django.templatetags.i18n", "habitue.interfaces.web.markup"],
        },
    }
]
FORM_RENDERER = "habitue.interfaces.web.forms.Renderer"

# Files are served from where they lie; their addresses change with their content.
STATIC_URL = "/static/"
STATICFILES_DIRS = [INTERFACES / door / "static" for door in PAGES]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
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
LOCALE_PATHS = [compiled_catalogues(INTERFACES / "locale", environment.HOME.value())]

DEFAULT_FROM_EMAIL = environment.MAIL_FROM.value()

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
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Behind TLS cookies are for TLS alone; without a public address the pages are tried on one machine.
BEHIND_TLS = environment.ORIGIN.value().startswith("https://")
CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if BEHIND_TLS else 0
CSRF_FAILURE_VIEW = "habitue.interfaces.entrance.failures.forged"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS = ["habitue.interfaces.web.uploads.PictureUploadHandler"]

# Signing in of colleagues: a password, with a passkey or a second factor for whoever wants one.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 30 * 24 * 3600
ACCOUNT_ADAPTER = "habitue.interfaces.entrance.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Habitué"
MFA_FORMS = {
    "authenticate_webauthn": "habitue.interfaces.entrance.passkeys.Authenticate",
    "login_webauthn": "habitue.interfaces.entrance.passkeys.Login",
    "reauthenticate_webauthn": "habitue.interfaces.entrance.passkeys.Reauthenticate",
    "add_webauthn": "habitue.interfaces.entrance.passkeys.Add",
}
# What is counted against guessing is counted by all processes together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": environment.LOG_LEVEL.value().upper()},
}
