from django.urls import URLPattern, URLResolver, path

from muster.oversight.views import board, desk

app_name = "oversight"

urlpatterns: list[URLPattern | URLResolver] = [
    path("board/<int:division_code>/", board.place, name="board-place-show"),
    path("desk/oversight/", desk.own, name="desk-place-own"),
    path("desk/oversight/<int:division_code>/", desk.place, name="desk-place-show"),
]
