"""Addresses of the members' room."""

from __future__ import annotations

from django.urls import URLPattern, path

from habitue.interfaces.backoffice.members import (
    correcting,
    details,
    enrolling,
    ledger,
    listing,
    merging,
    page,
)

_ONE = "members/<uuid:member_id>/"

urlpatterns: list[URLPattern] = [
    path("members/", listing.list_page, name="members"),
    path("members/export.<str:kind>", listing.export, name="members_export"),
    path("members/new/", enrolling.new, name="member_new"),
    path("members/new/lookalikes/", enrolling.lookalikes, name="lookalikes"),
    path(_ONE, page.member, name="member"),
    path(f"{_ONE}timeline/", page.timeline, name="member_timeline"),
    path(f"{_ONE}ledger/", ledger.ledger, name="member_ledger"),
    path(f"{_ONE}ledger.<str:kind>", ledger.ledger_export, name="member_ledger_export"),
    path(f"{_ONE}trail/", page.trail, name="member_trail"),
    path(f"{_ONE}edit/", details.edit, name="member_edit"),
    path(f"{_ONE}adjust/", correcting.adjust, name="member_adjust"),
    path(f"{_ONE}tier/", correcting.tier, name="member_tier"),
    path(f"{_ONE}consents/", details.consents, name="member_consents"),
    path(f"{_ONE}close/", correcting.close, name="member_close"),
    path(f"{_ONE}identifiers/new/", details.identifier_new, name="identifier_new"),
    path(
        f"{_ONE}identifiers/<uuid:identifier_id>/revoke/",
        details.identifier_revoke,
        name="identifier_revoke",
    ),
    path(f"{_ONE}merge/", merging.suggestions, name="member_merge"),
    path(f"{_ONE}merge/<uuid:duplicate_id>/", merging.merge, name="merge"),
    path(f"{_ONE}merges/<uuid:merge_id>/undo/", merging.undo, name="merge_undo"),
]
