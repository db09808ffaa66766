"""The entrance, with passwords that are hashed quickly: the real hash is slow on purpose."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _quick_hashes() -> Iterator[None]:
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
