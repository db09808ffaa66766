"""Addresses of the room of contributions."""

from __future__ import annotations

from django.urls import URLPattern, path

from habitue.interfaces.backoffice.contributions import views

_ONE = "contributions/<uuid:member_id>/<uuid:contribution_id>/"

urlpatterns: list[URLPattern] = [
    path("contributions/", views.list_page, name="contributions"),
    path("contributions/export.<str:kind>", views.export, name="contributions_export"),
    path(_ONE, views.page, name="contribution"),
    path(f"{_ONE}picture/", views.picture, name="contribution_picture"),
    path(f"{_ONE}approve/", views.approve, name="contribution_approve"),
    path(f"{_ONE}refuse/", views.refuse, name="contribution_refuse"),
    path(f"{_ONE}withdraw/", views.withdraw, name="contribution_withdraw"),
    path("members/<uuid:member_id>/contribute/<slug:kind>/", views.enter, name="contribute"),
]
