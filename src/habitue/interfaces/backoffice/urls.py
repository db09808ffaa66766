"""Addresses of the back office."""

from django.urls import URLPattern, URLResolver, path

from habitue.interfaces.backoffice import start
from habitue.interfaces.backoffice.design import views as design

app_name = "backoffice"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.home, name="home"),
    path("design/", design.design, name="design"),
    path("design/toast/", design.toast, name="design_toast"),
]
