"""Addresses of the entrance."""

from django.urls import path

from habitue.interfaces.entrance import views

app_name = "entrance"

urlpatterns = [
    path("language/", views.choose_language, name="language"),
    path("look/", views.choose_theme, name="theme"),
]
