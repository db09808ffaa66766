"""Addresses of the portal."""

from django.urls import URLPattern, URLResolver, path

from habitue.interfaces.portal import (
    chances,
    clubs,
    contributions,
    draws,
    friends,
    profile,
    signing_in,
    views,
)

app_name = "portal"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("card/", views.card, name="card"),
    path("history/", views.history, name="history"),
    path("rules/", views.rules, name="rules"),
    path("rules.pdf", views.rules_file, name="rules_file"),
    path("rules/chances/", chances.chances, name="chances"),
    path("friends/", friends.friends, name="friends"),
    path("draws/", draws.draws, name="draws"),
    path("draws/<slug:draw>/proof.json", draws.proof, name="draw_proof"),
    path("contributions/", contributions.contributions, name="contributions"),
    path("contributions/new/<slug:kind>/", contributions.contribute, name="contribute"),
    path(
        "contributions/<uuid:contribution_id>/picture/",
        contributions.picture,
        name="contribution_picture",
    ),
    path(
        "contributions/<uuid:contribution_id>/back/",
        contributions.take_back,
        name="contribution_back",
    ),
    path("me/", profile.profile, name="profile"),
    path("me/consents/", profile.consents, name="consents"),
    path("me/sessions/end/", profile.end_others, name="end_others"),
    path("me/sessions/<str:handle>/end/", profile.end_one, name="end_session"),
    path("me/data/", profile.my_data, name="my_data"),
    path("club/", clubs.enter_club, name="enter_club"),
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("join/", signing_in.join, name="join"),
    path("code/", signing_in.code, name="code"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
]
