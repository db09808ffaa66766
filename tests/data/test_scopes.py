"""Every table says where its rows live, and keeps the rules of that place (DESIGN §8)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from habitue.data.scope import Scope

OURS = [model for app in ("ledger", "programme") for model in apps.get_app_config(app).get_models()]


def scope_of(model: type[models.Model]) -> Scope:
    """The scope that a model declares."""
    scope = getattr(model, "scope", None)
    assert isinstance(scope, Scope), f"{model.__name__} does not say where its rows live"
    return scope


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_model_declares_its_scope(model: type[models.Model]) -> None:
    scope_of(model)


@pytest.mark.parametrize(
    "model",
    [model for model in OURS if getattr(model, "scope", None) is Scope.MEMBER],
    ids=lambda model: model.__name__,
)
def test_keys_of_member_scoped_tables_begin_with_the_member(model: type[models.Model]) -> None:
    meta = model._meta
    names = [field.name for field in meta.pk_fields]
    assert names[0] == "member_id"
    assert not meta.get_field("member_id").null
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            assert constraint.fields[0] == "member_id"
    for field in meta.get_fields():
        assert not isinstance(field, models.ForeignKey | models.AutoField), field.name
        if not isinstance(field, models.CompositePrimaryKey):
            assert not getattr(field, "unique", False) or names == [field.name], field.name


def test_no_small_table_points_at_a_member_scoped_one() -> None:
    for model in OURS:
        for field in model._meta.get_fields():
            assert not isinstance(field, models.ForeignKey), f"{model.__name__}.{field.name}"
