"""The secret key: given, or made once and kept."""

import os
import secrets

from habitue.config import environment


def secret_key() -> str:
    """Return the secret key: the setting, or the one kept in the home folder.

    The file is written under a name of its own and then linked into place, so that two
    processes that start together agree on one key.
    """
    given = environment.SECRET_KEY.value()
    if given:
        return given
    folder = environment.HOME.value()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret-key"
    if not path.exists():
        fresh = path.with_name(f"secret-key.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
