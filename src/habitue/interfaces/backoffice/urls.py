"""Addresses of the back office."""

from django.urls import URLPattern, URLResolver, path

from habitue.interfaces.backoffice import start

app_name = "backoffice"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.home, name="home"),
]
