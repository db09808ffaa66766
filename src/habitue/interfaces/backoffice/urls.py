"""Addresses of the back office."""

from django.urls import URLPattern, URLResolver, path

from habitue.interfaces.backoffice import account, start
from habitue.interfaces.backoffice.contributions.urls import urlpatterns as contributions
from habitue.interfaces.backoffice.design import views as design
from habitue.interfaces.backoffice.devices import views as devices
from habitue.interfaces.backoffice.draws import views as draws
from habitue.interfaces.backoffice.editor.urls import urlpatterns as editor
from habitue.interfaces.backoffice.invitations import views as invitations
from habitue.interfaces.backoffice.keys import views as keys
from habitue.interfaces.backoffice.members.urls import urlpatterns as members
from habitue.interfaces.backoffice.overview import views as overview
from habitue.interfaces.backoffice.programme import printing, readers
from habitue.interfaces.backoffice.programme import views as programme
from habitue.interfaces.backoffice.referrals import views as referrals
from habitue.interfaces.backoffice.staff import views as staff
from habitue.interfaces.backoffice.stores import views as stores
from habitue.interfaces.backoffice.trail import views as trail

app_name = "backoffice"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.home, name="home"),
    path("overview/", overview.overview, name="overview"),
    *members,
    *contributions,
    path("referrals/", referrals.list_page, name="referrals"),
    path("referrals/<uuid:referral_id>/", referrals.review, name="referral_review"),
    path("programme/", programme.sheet, name="programme"),
    path("programme/sheet.pdf", printing.sheet_file, name="programme_sheet"),
    path("programme/poster.pdf", printing.poster_file, name="programme_poster"),
    path("programme/versions/", programme.versions, name="programme_versions"),
    path("programme/readers/", readers.readers, name="programme_readers"),
    path("programme/draws/", draws.list_page, name="draws"),
    path("programme/draws/<slug:draw>/proof.json", draws.proof, name="draw_proof"),
    path("programme/draws/<slug:draw>/winner/", draws.judge, name="draw_judge"),
    path("programme/invitations/", invitations.list_page, name="invitations"),
    path("programme/invitations/new/", invitations.new, name="invitation_new"),
    path(
        "programme/invitations/<uuid:invitation_id>/revoke/",
        invitations.revoke,
        name="invitation_revoke",
    ),
    path("programme/document/", programme.document, name="programme_document"),
    *editor,
    path("staff/", staff.list_page, name="staff"),
    path("staff/new/", staff.new, name="staff_new"),
    path("staff/<uuid:staff_id>/", staff.colleague, name="colleague"),
    path("staff/<uuid:staff_id>/pin/", staff.pin, name="colleague_pin"),
    path("staff/<uuid:staff_id>/invite/", staff.invite, name="colleague_invite"),
    path("staff/<uuid:staff_id>/activity/", staff.activity, name="colleague_activity"),
    path("staff/<uuid:staff_id>/sessions/", staff.end_sessions, name="colleague_sessions"),
    path("stores/", stores.list_page, name="stores"),
    path("stores/new/", stores.new, name="store_new"),
    path("stores/<path:code>/", stores.edit, name="store"),
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
