"""Addresses of the terminal."""

from django.urls import URLPattern, URLResolver, path, re_path

from habitue.interfaces.terminal import (
    enrolling,
    finding,
    installing,
    member,
    opening,
    reading,
    rewarding,
    selling,
)

app_name = "terminal"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", finding.home, name="home"),
    path("pair/", opening.pair, name="pair"),
    path("who/", opening.who, name="who"),
    path("lock/", opening.lock, name="lock"),
    path("store/", opening.choose_store, name="store"),
    path("enrol/", enrolling.enrol, name="enrol"),
    path("enrol/similar/", enrolling.similar, name="similar"),
    path("sale/", selling.sale_of_nobody, name="sale_of_nobody"),
    path("members/<uuid:member_id>/", member.member, name="member"),
    path("members/<uuid:member_id>/sale/", selling.sale, name="sale"),
    path("members/<uuid:member_id>/foresee/", selling.foresee, name="foresee"),
    path("members/<uuid:member_id>/visit/", selling.came, name="came"),
    path("members/<uuid:member_id>/redeem/", selling.redeem, name="redeem"),
    path("members/<uuid:member_id>/reward/", rewarding.take, name="take"),
    re_path(
        r"^undo/(?P<kind>purchase|redemption)/(?P<external_id>[0-9a-f]{32})/$",
        selling.undo,
        name="undo",
    ),
    path("rules/", reading.rules, name="rules"),
    path("rules/read/", reading.confirm, name="rules_confirm"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
]
