#!/bin/sh
# Adds what a larger lock names to an environment that has the smaller one: sh locks/add.sh PYTHON LOCK
set -eu

python=$1
lock=$2

uv=${UV:-uv}
if "$uv" --version >/dev/null 2>&1; then
    exec "$uv" pip install --quiet --python "$python" --no-build --require-hashes -r "$lock"
fi
exec "$python" -m pip install -qq --no-input --disable-pip-version-check \
    --only-binary :all: --require-hashes -r "$lock"
