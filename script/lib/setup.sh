# shellcheck shell=sh
# Sourced by every command in script/: finds Python, makes .venv, installs the locked
# dependencies, and does nothing at all when that has been done already.
#
# Sets ROOT (the project's folder) and PYTHON (the interpreter of its environment).

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "habitue: $*"
    exit 70
}

ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 70
VENV="$ROOT/.venv"
PYTHON="$VENV/bin/python"
LOCKS="$ROOT/requirements"
GUARD="$ROOT/.venv.lock"

# Compiled modules are kept, even where the surroundings forbid it (images for containers often do):
# without them every command compiles some thousand files before it begins. They stay out of the
# source folders.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="$ROOT/var/cache/python"

find_python() {
    for candidate in ${HABITUE_PYTHON:+"$HABITUE_PYTHON"} python3 python3.13 python3.12 python3.11 python3.14 python; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        # Running it is the only proof: version managers leave shims that do not start.
        found=$("$candidate" -c 'import sys; print(sys.executable if (3, 11) <= sys.version_info < (3, 15) else "")' 2>/dev/null) || continue
        if [ -n "$found" ]; then
            printf '%s\n' "$found"
            return 0
        fi
    done
    return 1
}

# The environment keeps a copy of the locks and of its own place as the very last step of the
# set-up; an interrupted set-up therefore never looks finished.
is_ready() {
    [ -x "$PYTHON" ] &&
        [ -f "$VENV/habitue-root" ] && [ "$(cat "$VENV/habitue-root")" = "$ROOT" ] &&
        cmp -s "$LOCKS/uv.txt" "$VENV/habitue-uv.txt" &&
        cmp -s "$LOCKS/lock.txt" "$VENV/habitue-lock.txt"
}

take_guard() {
    waited=0
    while ! mkdir "$GUARD" 2>/dev/null; do
        owner=$(cat "$GUARD/pid" 2>/dev/null || true)
        if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
            say "habitue: an earlier set-up was interrupted; starting it again"
            rm -rf "$GUARD"
            continue
        fi
        [ "$waited" -eq 0 ] && say "habitue: another command is setting up; waiting for it"
        waited=$((waited + 1))
        [ "$waited" -gt 600 ] && fail "waited ten minutes for $GUARD; remove that folder if no set-up is running"
        sleep 1
    done
    printf '%s\n' "$$" >"$GUARD/pid"
    trap 'rm -rf "$GUARD"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

make_environment() {
    base=$(find_python) || fail "no Python from 3.11 to 3.14 was found; install one, or name it in HABITUE_PYTHON"
    if [ ! -x "$PYTHON" ] || [ "$(cat "$VENV/habitue-root" 2>/dev/null)" != "$ROOT" ]; then
        say "habitue: making the environment in $VENV"
        rm -rf "$VENV"
        "$base" -m venv "$VENV" ||
            fail "'$base -m venv' failed; on Debian and Ubuntu the package python3-venv is missing"
        printf '%s\n' "$ROOT" >"$VENV/habitue-root"
    fi
    rm -f "$VENV/habitue-lock.txt"
}

install_locked() {
    "$PYTHON" -m pip install --quiet --disable-pip-version-check --require-hashes \
        --requirement "$LOCKS/uv.txt" >&2 || fail "uv could not be installed"
    if [ -z "${UV_CACHE_DIR:-}" ] && ! mkdir -p "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/uv" 2>/dev/null; then
        UV_CACHE_DIR="$VENV/cache"
        export UV_CACHE_DIR
    fi
    say "habitue: installing the locked dependencies"
    UV_SYSTEM_CERTS=1 "$VENV/bin/uv" pip sync --quiet --require-hashes --only-binary :all: \
        --python "$PYTHON" "$LOCKS/lock.txt" >&2 || fail "the dependencies could not be installed"
    # The project itself is used from its folder: a path file is all that an editable install is.
    "$PYTHON" - "$ROOT/src" <<'PY' || fail "the project could not be linked into its environment"
import pathlib, sys, sysconfig
pathlib.Path(sysconfig.get_path("purelib"), "habitue.pth").write_text(sys.argv[1] + "\n")
PY
}

set_up() {
    is_ready && return 0
    take_guard
    if ! is_ready; then
        make_environment
        install_locked
        cp "$LOCKS/uv.txt" "$VENV/habitue-uv.txt"
        cp "$LOCKS/lock.txt" "$VENV/habitue-lock.txt"
        say "habitue: ready"
    fi
    rm -rf "$GUARD"
    trap - EXIT INT TERM HUP
}

set_up
