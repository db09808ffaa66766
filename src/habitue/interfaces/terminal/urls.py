"""Addresses of the terminal."""

from django.urls import URLPattern, URLResolver

app_name = "terminal"

urlpatterns: list[URLPattern | URLResolver] = []
