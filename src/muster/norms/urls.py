from django.urls import URLPattern, URLResolver, path

from muster.norms import views

app_name = "norms"
urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/settings/", views.setting_list, name="desk-setting-list"),
    path("desk/settings/<str:key>/", views.setting_change, name="desk-setting-change"),
    path("desk/mode/", views.mode_switch, name="desk-mode-switch"),
]
