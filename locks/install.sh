#!/bin/sh
# Makes a virtual environment that holds exactly what a lock names, and nothing else.
#
#   sh locks/install.sh .venv locks/dev.txt
#
# Needs Python 3.11 or newer. Uses uv where uv works, else the interpreter's own pip; both
# take wheels only and compare every hash. PYTHON=... picks the interpreter, UV=none leaves uv out.
set -eu

venv=$1
lock=$2

say() { printf '%s\n' "$*" >&2; }

give_up() {
    say "$@"
    exit 1
}

# A name on PATH proves nothing: version managers leave commands there that exist and fail. So
# every candidate is run. The answer is the interpreter beneath an activated environment, because
# the environment may be the very one that is about to be replaced.
find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            "$candidate" -c 'import sys; print(getattr(sys, "_base_executable", sys.executable))'
            return 0
        fi
    done
    return 1
}

install_with_uv() {
    "$uv" venv --quiet --python "$python" "$venv" &&
        "$uv" pip install --quiet --python "$venv/bin/python" --no-build --require-hashes -r "$lock"
}

install_with_pip() {
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || give_up \
        "$python cannot make an environment: its ensurepip module is missing." \
        "On Debian and Ubuntu: sudo apt-get install python3-venv. Or install uv, and run this again."
    "$python" -m venv "$venv"
    # Twice quiet: warnings about a machine's extra package folders are not about us.
    "$venv/bin/python" -m pip install -qq --no-input --disable-pip-version-check \
        --only-binary :all: --require-hashes -r "$lock"
}

python=$(find_python) || give_up \
    "No Python 3.11 or newer was found (looked for: ${PYTHON:-python3 python3.13 python3.12 python3.11 python})." \
    "Install one, or name yours: make setup PYTHON=/path/to/python3"
uv=${UV:-uv}

rm -rf "$venv"
if "$uv" --version >/dev/null 2>&1; then
    say "Making $venv with uv and $python ..."
    install_with_uv && exit 0
    say "uv could not do it; trying pip."
    rm -rf "$venv"
fi
say "Making $venv with pip and $python (about twenty seconds) ..."
install_with_pip
