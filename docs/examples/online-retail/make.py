# ruff: noqa: INP001  # A script beside the documents, not a package.
"""Makes expected.json: what the sample programme gives for both Online Retail II files.

    .venv/bin/python docs/examples/online-retail/make.py FOLDER-WITH-THE-FILES

Works in a database of its own, which it throws away; takes some minutes.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMME = HERE.parent / "online-retail.yaml"
FILES = ("online_retail_2009_2010.parquet", "online_retail_2010_2011.parquet")
# What depends on the machine or the moment is left out.
KEPT = (
    "lines",
    "invoices",
    "purchases",
    "receipts_anonymous",
    "returns",
    "returns_anonymous",
    "write_offs",
    "adjustments",
    "lines_purchases",
    "lines_receipts_anonymous",
    "lines_returns",
    "lines_returns_anonymous",
    "lines_write_off",
    "lines_adjustment",
    "lines_read",
    "lines_already_known",
    "lines_rejected",
    "returns_matched",
    "returns_partly_matched",
    "returns_unlinked",
    "returns_rejected",
    "members_created",
)


def habitue(home: str, *words: str) -> str:
    """What a command prints, in an installation of its own."""
    environment = {**os.environ, "HABITUE_HOME": home, "DATABASE_URL": ""}
    done = subprocess.run(  # noqa: S603  # our own command line
        [sys.executable, "-m", "habitue", *words],
        check=True,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def main() -> None:
    """Import both files in order and write what came of it."""
    folder = Path(sys.argv[1])
    files = [str(folder / name) for name in FILES]
    start = "2009-12-01T00:00:00+00:00"
    with tempfile.TemporaryDirectory() as home:
        habitue(home, "database", "start")
        try:
            habitue(home, "migrate")
            habitue(home, "programme", "apply", str(PROGRAMME), "--effective-at", start)
            words = ("--programme", "online-retail")
            printed = habitue(
                home,
                "import",
                "transactions",
                *files,
                *words,
                "--mapping",
                "online-retail",
                "--json",
            )
            ledger = json.loads(habitue(home, "import", "digest", *words))
        finally:
            habitue(home, "database", "stop")
    summary = json.loads(printed)
    expected = {
        "programme_sha256": hashlib.sha256(PROGRAMME.read_bytes()).hexdigest(),
        "import": {name: summary[name] for name in KEPT},
        "ledger": ledger,
    }
    (HERE / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")


if __name__ == "__main__":
    main()
