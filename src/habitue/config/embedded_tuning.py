"""The configuration of the embedded PostgreSQL: durable first, then quick.

The file is written anew before every start, so that a newer release brings newer settings;
`operator.conf` beside it is read last and never touched.
"""

import os
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tuning:
    """What differs between an installation and a server for tests."""

    shared_buffers_mb: int = 0
    """0: an eighth of the machine's memory, at least 128 and at most 1024."""
    max_connections: int = 100
    durable: bool = True
    """False gives up every promise about crashes: only for throw-away test databases."""


def machine_memory_mb() -> int:
    """Return the machine's memory in megabytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE


def configuration(tuning: Tuning, *, socket: Path) -> str:
    """Return the text of the configuration file for a server that listens in `socket`."""
    memory = machine_memory_mb()
    buffers = tuning.shared_buffers_mb or min(max(memory // 8, 128), 1024)
    settings: dict[str, str | int] = {
        # Reached through a socket in a folder of mode 0700, and in no other way.
        "listen_addresses": "",
        "unix_socket_directories": str(socket),
        "unix_socket_permissions": "0700",
        "max_connections": tuning.max_connections,
        # An acknowledged purchase survives a power cut.
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        # Throughput: few checkpoints, small log, pages of the log written ahead.
        "shared_buffers": f"{buffers}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "wal_compression": "on",
        "wal_buffers": "16MB",
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "random_page_cost": "1.1",
        "jit": "off",
        "autovacuum_naptime": "20s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "log_line_prefix": "%m [%p] %q%u@%d ",
    }
    if not tuning.durable:
        settings |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": 0,
            "min_wal_size": "80MB",
            "autovacuum": "off",
        }
    lines = [f"{name} = '{_quoted(value)}'" for name, value in settings.items()]
    return "\n".join([*lines, "include = 'operator.conf'", ""])


def _quoted(value: str | int) -> str:
    return str(value).replace("'", "''")


# Only the socket, whose folder only the server's own account (and root) may enter.
HOST_BASED_ACCESS = "local all all trust\nlocal replication all trust\n"
