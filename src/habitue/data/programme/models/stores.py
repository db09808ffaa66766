"""Stores."""

from typing import ClassVar

from django.db import models

from habitue.data.scope import Scope


class Store(models.Model):
    """A place where members buy; its zone decides what day it is there."""

    scope: ClassVar[Scope] = Scope.SMALL

    code = models.TextField(primary_key=True)
    zone = models.TextField()
    name = models.TextField()

    class Meta:
        db_table = "store"

    def __str__(self) -> str:
        return self.code
