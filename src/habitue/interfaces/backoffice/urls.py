"""Addresses of the back office."""

from django.urls import URLPattern, URLResolver, path

from habitue.interfaces.backoffice import start
from habitue.interfaces.backoffice.design import views as design
from habitue.interfaces.backoffice.keys import views as keys

app_name = "backoffice"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.home, name="home"),
    path("keys/", keys.list_page, name="keys"),
    path("keys/new/", keys.new, name="key_new"),
    path("keys/<str:key_id>/revoke/", keys.revoke, name="key_revoke"),
    path("design/", design.design, name="design"),
    path("design/toast/", design.toast, name="design_toast"),
]
