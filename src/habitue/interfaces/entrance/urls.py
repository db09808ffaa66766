"""Addresses of the entrance."""

from django.urls import path

from habitue.interfaces.entrance import links, views

app_name = "entrance"

urlpatterns = [
    path("enter/<str:token>/", links.enter, name="enter"),
    path("language/", views.choose_language, name="language"),
    path("look/", views.choose_theme, name="theme"),
]
