from django.urls import URLPattern, URLResolver, path

from muster.people.views import accounts, desk, my, sign_in

app_name = "people"

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", sign_in.begin, name="sign-in"),
    path("sign-in/code/", sign_in.code, name="sign-in-code"),
    path("sign-in/code/again/", sign_in.code_again, name="sign-in-code-again"),
    path("sign-in/password/", sign_in.password, name="sign-in-password"),
    path("sign-in/totp/", sign_in.totp, name="sign-in-totp"),
    path("sign-in/link/<str:token>/", sign_in.link, name="sign-in-link"),
    path("sign-out/", sign_in.leave, name="sign-out"),
    path("desk/people/", desk.people, name="desk-person-list"),
    path("desk/people/new/", desk.new, name="desk-person-new"),
    path("desk/people/<str:code>/", desk.person, name="desk-person"),
    path("desk/people/<str:code>/edit/", desk.edit, name="desk-person-edit"),
    path("desk/people/<str:code>/show/", desk.show_field, name="desk-person-show"),
    path("desk/people/<str:code>/state/", desk.change_state, name="desk-person-state"),
    path("desk/people/<str:code>/age/", desk.allow_age, name="desk-person-age"),
    path("desk/accounts/", accounts.index, name="desk-account-list"),
    path("desk/accounts/new/", accounts.new, name="desk-account-new"),
    path("desk/accounts/<str:code>/", accounts.detail, name="desk-account"),
    path("desk/accounts/<str:code>/grant/", accounts.grant, name="desk-account-grant"),
    path("desk/accounts/<str:code>/revoke/", accounts.revoke, name="desk-account-revoke"),
    path("desk/accounts/<str:code>/state/", accounts.change_state, name="desk-account-state"),
    path("desk/accounts/<str:code>/sessions/", accounts.end_sessions, name="desk-account-sessions"),
    path("desk/accounts/<str:code>/totp/", accounts.renew_second_factor, name="desk-account-totp"),
    path("desk/accounts/<str:code>/link/", accounts.send_link, name="desk-account-link"),
    path("my/profile/", my.profile, name="my-profile"),
    path("my/profile/consent/", my.consent, name="my-consent"),
    path("my/profile/state/", my.change_state, name="my-state"),
    path("my/password/", my.password, name="my-password"),
    path("my/disclosures/", my.disclosures, name="my-disclosures"),
]
