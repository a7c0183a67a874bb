"""All settings, each read once from the environment by a typed function of `readerstudy.env`."""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from readerstudy import env

BASE_DIR = Path(__file__).resolve().parent.parent
# The database, the vault and every export can hold truth and names: they are their owner's alone.
os.umask(0o077)
DATA_DIR = env.folder("READERSTUDY_DATA", BASE_DIR / "data")
DEBUG = env.flag("READERSTUDY_DEBUG", False)
# Plain HTTP is for one's own machine only; cookies travel over HTTPS alone everywhere else.
PLAIN_HTTP = env.flag("READERSTUDY_PLAIN_HTTP", False)
SECRET_KEY = env.secret("READERSTUDY_SECRET_KEY", DATA_DIR / "secret-key")
VAULT_KEYS = env.keys("READERSTUDY_VAULT_KEYS", 32, DATA_DIR / "vault-key")
VAULT_KEY_BESIDE_DATA = not os.environ.get("READERSTUDY_VAULT_KEYS")
ALLOWED_HOSTS = env.words("READERSTUDY_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.origins("READERSTUDY_ORIGINS")
# Signs exports; without it a key is made once in the data folder.
SIGNING_KEY = env.signing_key("READERSTUDY_SIGNING_KEY")
# Absolute addresses in invitation links.
PUBLIC_URL = (env.origins("READERSTUDY_PUBLIC_URL") or ["http://127.0.0.1:8000"])[0]
INVITATION_DAYS = env.number("READERSTUDY_INVITATION_DAYS", 60, 1, 3650)
DECODE_WORKERS = env.number("READERSTUDY_DECODE_WORKERS", 2, 1, 64)
# Imports: how much one may hold, how much of the disk stays free, how long what is not confirmed stays.
IMPORT_MB = env.number("READERSTUDY_IMPORT_MB", 20_000, 1, 10_000_000)
IMPORT_FILES = env.number("READERSTUDY_IMPORT_FILES", 50_000, 1, 1_000_000)
FREE_MB = env.number("READERSTUDY_FREE_MB", 1_000, 0, 10_000_000)
STAGING_DAYS = env.number("READERSTUDY_STAGING_DAYS", 14, 1, 365)
# A worker that has not been heard of for so long is taken for dead, and its job given to another.
JOB_TIMEOUT = env.number("READERSTUDY_JOB_TIMEOUT", 60, 1, 3600)
DICOMWEB = env.servers("READERSTUDY_DICOMWEB")
STOW_PER_MINUTE = env.number("READERSTUDY_STOW_PER_MINUTE", 600, 1, 100_000)

INSTALLED_APPS = [
    "readerstudy.apps.ReaderStudyAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "studies",
    "viewer",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "readerstudy.middleware.PrivatePages",
    "readerstudy.sizes.BodySizes",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "readerstudy.urls"
WSGI_APPLICATION = "readerstudy.wsgi.application"
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
        },
    },
]

DATABASES = {"default": env.database("DATABASE_URL", DATA_DIR / "readerstudy.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env.folder("READERSTUDY_STATIC", BASE_DIR / "staticroot")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR}},
    "staticfiles": {"BACKEND": "readerstudy.static.ModuleManifestStorage"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
# The admin's forms send a Referer for CSRF over HTTPS; readers' pages tighten this in the middleware.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = not PLAIN_HTTP
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not PLAIN_HTTP
SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("READERSTUDY_BEHIND_PROXY", False) else None
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not PLAIN_HTTP
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
X_FRAME_OPTIONS = "DENY"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["viewer.api.authentication.ReaderSession"],
    "DEFAULT_PERMISSION_CLASSES": ["viewer.api.authentication.IsReader"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "viewer.api.errors.plain_error",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Readers' API",
    "DESCRIPTION": "What a reader's browser may ask for and send.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"without-links": {"()": "readerstudy.logs.WithoutLinks"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without-links"]},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Django's own handlers would write past the filter.
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
