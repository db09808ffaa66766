"""Addresses of the programme editor."""

from django.urls import path

from habitue.interfaces.backoffice.editor import cost, draft, entries, listing, scheduling

_ONE = "programme/drafts/<uuid:draft_id>/"

urlpatterns = [
    path("programme/drafts/", listing.list_page, name="drafts"),
    path("programme/drafts/begin/", listing.begin, name="draft_begin"),
    path("programme/drafts/review/", listing.review_rule, name="draft_review_rule"),
    path("programme/drafts/start/", listing.points, name="draft_points"),
    path("programme/drafts/start/<slug:point>/", listing.start, name="draft_start"),
    path("programme/versions/call-off/", scheduling.call_off, name="version_call_off"),
    path(_ONE, draft.home, name="draft"),
    path(f"{_ONE}name/", draft.name, name="draft_name"),
    path(f"{_ONE}sheet/", draft.sheet, name="draft_sheet"),
    path(f"{_ONE}history/", draft.history, name="draft_history"),
    path(f"{_ONE}restore/", draft.restore, name="draft_restore"),
    path(f"{_ONE}text/", draft.text, name="draft_text"),
    path(f"{_ONE}cost/", cost.cost, name="draft_cost"),
    path(f"{_ONE}schedule/", scheduling.schedule, name="draft_schedule"),
    path(f"{_ONE}do/<slug:deed>/", scheduling.act, name="draft_act"),
    path(f"{_ONE}settings/<slug:place>/", entries.settings, name="draft_settings"),
    path(
        f"{_ONE}settings/<slug:place>/said/",
        entries.settings_preview,
        name="draft_settings_preview",
    ),
    path(f"{_ONE}<slug:place>/<slug:entry>/", entries.entry, name="draft_entry"),
    path(f"{_ONE}<slug:place>/<slug:entry>/said/", entries.preview, name="draft_preview"),
    path(f"{_ONE}<slug:place>/<slug:entry>/remove/", entries.remove, name="draft_remove"),
]
