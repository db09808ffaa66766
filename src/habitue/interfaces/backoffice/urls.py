"""Addresses of the back office."""

from django.urls import URLPattern, URLResolver, path

from habitue.interfaces.backoffice import account, start
from habitue.interfaces.backoffice.design import views as design
from habitue.interfaces.backoffice.devices import views as devices
from habitue.interfaces.backoffice.keys import views as keys
from habitue.interfaces.backoffice.members import acting, enrolling, listing, merging, page
from habitue.interfaces.backoffice.overview import views as overview
from habitue.interfaces.backoffice.programme import views as programme
from habitue.interfaces.backoffice.staff import views as staff
from habitue.interfaces.backoffice.stores import views as stores
from habitue.interfaces.backoffice.trail import views as trail

app_name = "backoffice"

_ONE = "members/<uuid:member_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.home, name="home"),
    path("overview/", overview.overview, name="overview"),
    path("members/", listing.list_page, name="members"),
    path("members/export.<str:kind>", listing.export, name="members_export"),
    path("members/new/", enrolling.new, name="member_new"),
    path(_ONE, page.member, name="member"),
    path(f"{_ONE}timeline/", page.timeline, name="member_timeline"),
    path(f"{_ONE}ledger/", page.ledger, name="member_ledger"),
    path(f"{_ONE}ledger.<str:kind>", page.ledger_export, name="member_ledger_export"),
    path(f"{_ONE}trail/", page.trail, name="member_trail"),
    path(f"{_ONE}edit/", acting.edit, name="member_edit"),
    path(f"{_ONE}adjust/", acting.adjust, name="member_adjust"),
    path(f"{_ONE}tier/", acting.tier, name="member_tier"),
    path(f"{_ONE}consents/", acting.consents, name="member_consents"),
    path(f"{_ONE}close/", acting.close, name="member_close"),
    path(f"{_ONE}identifiers/new/", acting.identifier_new, name="identifier_new"),
    path(
        f"{_ONE}identifiers/<uuid:identifier_id>/revoke/",
        acting.identifier_revoke,
        name="identifier_revoke",
    ),
    path(f"{_ONE}merge/", merging.suggestions, name="member_merge"),
    path(f"{_ONE}merge/<uuid:duplicate_id>/", merging.merge, name="merge"),
    path(f"{_ONE}merges/<uuid:merge_id>/undo/", merging.undo, name="merge_undo"),
    path("programme/", programme.sheet, name="programme"),
    path("programme/versions/", programme.versions, name="programme_versions"),
    path("programme/document/", programme.document, name="programme_document"),
    path("staff/", staff.list_page, name="staff"),
    path("staff/new/", staff.new, name="staff_new"),
    path("staff/<uuid:staff_id>/", staff.colleague, name="colleague"),
    path("staff/<uuid:staff_id>/pin/", staff.pin, name="colleague_pin"),
    path("staff/<uuid:staff_id>/invite/", staff.invite, name="colleague_invite"),
    path("staff/<uuid:staff_id>/activity/", staff.activity, name="colleague_activity"),
    path("staff/<uuid:staff_id>/sessions/", staff.end_sessions, name="colleague_sessions"),
    path("stores/", stores.list_page, name="stores"),
    path("stores/new/", stores.new, name="store_new"),
    path("stores/<str:code>/", stores.edit, name="store"),
    path("devices/", devices.list_page, name="devices"),
    path("devices/new/", devices.new, name="device_new"),
    path("devices/<uuid:device_id>/renew/", devices.renew, name="device_renew"),
    path("devices/<uuid:device_id>/revoke/", devices.revoke, name="device_revoke"),
    path("keys/", keys.list_page, name="keys"),
    path("keys/new/", keys.new, name="key_new"),
    path("keys/<str:key_id>/revoke/", keys.revoke, name="key_revoke"),
    path("trail/", trail.list_page, name="trail"),
    path("trail/export.<str:kind>", trail.export, name="trail_export"),
    path("account/", account.account, name="account"),
    path("account/pin/", account.own_pin, name="own_pin"),
    path("account/sessions/end/", account.end_others, name="end_others"),
    path("account/sessions/<str:handle>/end/", account.end_one, name="end_session"),
    path("design/", design.design, name="design"),
    path("design/toast/", design.toast, name="design_toast"),
]
