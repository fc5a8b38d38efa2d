#!/bin/sh
# Writes the locks from pyproject.toml. They name versions and hashes, never a registry, so that
# they install from any mirror and tell nothing of the machine they were made on.
#
#   dev.txt    everything: all extras and the contributor's tools; what `make` installs
#   bench.txt  everything in dev.txt and the opponents of `make bench`
#   base.txt   what importing the library alone costs
#   chip.lock  the library for PC/SC readers, which compiles at installation; what `make chip` installs
set -eu

python=$1
shift

uv=${UV:-uv}
if ! "$uv" --version >/dev/null 2>&1; then
    # Not in the lock, because only this script needs it; a folder of its own keeps it out of tests.
    tools=$(dirname "$python")/../lock-tools
    [ -x "$tools/bin/uv" ] || "$python" -m pip install --quiet --disable-pip-version-check --target "$tools" uv
    uv=$tools/bin/uv
fi

resolve() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --custom-compile-command "make lock" "$@"
}

# --no-build: a version without wheels is passed over; nothing is compiled at installation.
pin() { resolve --no-build pyproject.toml "$@"; }

pin --extra all --group dev --output-file locks/dev.txt "$@"
pin --output-file locks/base.txt "$@"
pin --extra all --group dev --group bench --output-file locks/bench.txt "$@"
echo "pyscard>=2.3" | resolve --output-file locks/chip.lock "$@" -
