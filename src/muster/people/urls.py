from django.urls import URLPattern, URLResolver, path

from muster.people.views import sign_in

app_name = "people"

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", sign_in.begin, name="sign-in"),
    path("sign-in/code/", sign_in.code, name="sign-in-code"),
    path("sign-in/code/again/", sign_in.code_again, name="sign-in-code-again"),
    path("sign-in/password/", sign_in.password, name="sign-in-password"),
    path("sign-in/totp/", sign_in.totp, name="sign-in-totp"),
    path("sign-in/link/<str:token>/", sign_in.link, name="sign-in-link"),
    path("sign-out/", sign_in.leave, name="sign-out"),
]
