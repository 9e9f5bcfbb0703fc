"""All settings of Muster, typed, from the environment. A secret that is missing in production stops the process."""

from pathlib import Path

from environs import Env, EnvError

from config import folder, values
from config.postgres import connection_settings
from config.secrets import generated

env = Env()

BASE_DIR = Path(__file__).resolve().parents[2]
SRC_DIR = BASE_DIR / "src"
VAR_DIR = folder.chosen()
PRODUCTION = env.bool("MUSTER_PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise EnvError(
        "DEBUG shows the inside of Muster to everybody. It cannot be set together with MUSTER_PRODUCTION."
    )


def secret(name: str) -> str:
    """The secret from the environment; outside production a generated one, kept in the data folder."""
    value: str = env.str(name, default="")
    if value:
        return env.str(name, validate=values.long_enough) if PRODUCTION else value
    if PRODUCTION:
        raise EnvError(f"{name} is not set. Muster does not start in production without it.")
    return generated(VAR_DIR, name)


SECRET_KEY = secret("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# What links in messages begin with.
PUBLIC_URL = env.str(
    "PUBLIC_URL",
    default=f"http://127.0.0.1:{env.int('PORT', default=8000, validate=values.port)}",
    validate=values.web_address,
).rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "django_htmx",
    "procrastinate.contrib.django",
    "template_partials.apps.SimpleAppConfig",
    "muster.toolkit",
    "muster.audit",
    "muster.jobs",
    "muster.notifications",
    "muster.territory",
    "muster.norms",
    "muster.organizations",
    "muster.people",
    "muster.records",
    "muster.callups",
    "muster.oversight",
    "muster.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "muster.toolkit.middleware.SecurityHeaders",
    "muster.toolkit.server_clock.DrillClock",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "muster.people.middleware.ActorMiddleware",
    "axes.middleware.AxesMiddleware",
    "muster.toolkit.middleware.Refusals",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SRC_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "muster.web.context.navigation",
            ],
            "loaders": [
                # "page.html#part" renders one {% partialdef part %} of a page: a fragment needs no file of its own.
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            ["django.template.loaders.filesystem.Loader"],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

# DATABASE_URL where it is given, else the embedded database under the data folder.
DATABASES = {"default": connection_settings(env.str("DATABASE_URL", default=""), VAR_DIR)}
# Whether the statements that a whole city sends at once are planned once per connection (toolkit/prepared.py). Off behind a
# pooler that shares connections between transactions.
DATABASE_PREPARES = env.bool("DATABASE_PREPARES", default=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
LOGIN_URL = "/sign-in/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# norms.md D.4: five failures lock an account for 30 minutes. An address is locked later, because a whole community may
# stand behind one; axes would lock both alike and warns that it does not (W006), so people.views.lockout counts addresses.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5
AXES_LOCKOUT_PARAMETERS = ["username"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
ADDRESS_FAILURE_LIMIT = 50
# No number and no login name in the clear, neither in its tables nor in the log.
AXES_USERNAME_CALLABLE = "muster.people.views.lockout.fingerprint"
AXES_LOCKOUT_CALLABLE = "muster.people.views.lockout.page"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "phone", "login", "code", "csrfmiddlewaretoken"]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [SRC_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [SRC_DIR / "static"]
# Only our own folder: what packages bring along for their own pages is served nowhere.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.HashedFiles"},
}

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_FAILURE_VIEW = "muster.web.views.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Personal data at rest (norms.md D.5). The suite is a setting so that an assessment can require SM4 and SM3.
FIELD_CIPHER = env.str(
    "FIELD_CIPHER", default="aes-256-gcm", validate=values.one_of("aes-256-gcm", "sm4-gcm")
)
FIELD_INDEX_HASH = env.str("FIELD_INDEX_HASH", default="sha256", validate=values.one_of("sha256", "sm3"))
FIELD_KEYS = env.str("FIELD_KEYS", default=secret("FIELD_KEYS"), validate=values.key_ring)
LINK_KEY = secret("LINK_KEY")
# What the trail is sealed with. It never changes, or the seals of before would no longer hold.
SEAL_KEY = secret("SEAL_KEY")

# Whether a drill that proves itself with our key may say at what time its people are at their posts (decision 0004).
DRILL_CLOCK = env.bool("DRILL_CLOCK", default=not PRODUCTION)

# How messages leave. The demo writes them to a file; production sets MESSAGE_CHANNEL=sms and the provider's address.
MESSAGE_CHANNEL = env.str(
    "MESSAGE_CHANNEL",
    default="file",
    validate=values.one_of("console", "file", "sms", "email", "group_bot"),
)
# Of the file channel, what is also printed where Muster runs: what somebody waits for on the screen.
MESSAGE_ECHO_TOPICS = env.list("MESSAGE_ECHO_TOPICS", default=["sign_in_code"])
SMS_URL = env.str("SMS_URL", default="", validate=values.web_address_or_none)
if MESSAGE_CHANNEL == "sms" and not SMS_URL:
    raise EnvError("MESSAGE_CHANNEL is sms, but SMS_URL is not set: nobody would get a message.")
SMS_KEY = secret("SMS_KEY") if SMS_URL else ""
# The key with which the provider signs the replies that it hands to /texts/. Empty: no replies are taken, and no message
# asks for one.
SMS_REPLY_KEY = (
    env.str("SMS_REPLY_KEY", default="", validate=values.long_enough_or_none)
    if PRODUCTION
    else secret("SMS_REPLY_KEY")
)
SMS_SENDER = env.str("SMS_SENDER", default="Muster")
GROUP_BOT_SERVICES = env.list("GROUP_BOT_SERVICES", default=["wecombot", "dingtalk", "feishu", "lark"])
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25, validate=values.port)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Muster <muster@localhost>")
