#!/bin/sh
# Build sdist and wheel, install the wheel into a fresh virtual environment, run the demo from it.
# Nothing of the checkout is in reach while the demo runs: another folder, no PYTHONPATH.
# Usage: sh tests/wheel_demo.sh PYTHON
set -eu

python=$1
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV
checkout=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
pip="-m pip --quiet --disable-pip-version-check"

# The wheel is built from the sdist: so the sdist is known to be whole.
"$python" -m venv "$work/build"
"$work/build/bin/python" $pip install hatchling
(cd "$checkout" && "$work/build/bin/python" -m hatchling build -t sdist -d "$work/dist")
"$work/build/bin/python" $pip wheel --no-deps --wheel-dir "$work/dist" "$work"/dist/*.tar.gz

"$python" -m venv "$work/clean"
"$work/clean/bin/python" $pip install "$work"/dist/*.whl

mkdir "$work/elsewhere"
cd "$work/elsewhere"
origin=$("$work/clean/bin/python" -c 'import tenor; print(tenor.__file__)')
case $origin in
  "$work/clean/"*) ;;
  *) echo "the demo would run $origin, not the wheel" >&2; exit 1 ;;
esac
"$work/clean/bin/tenor" demo demo
reports=$(find demo -name '*.html' -size +1k | wc -l)
[ "$reports" -gt 0 ] || { echo "the demo from the wheel left no report" >&2; exit 1; }

mkdir -p "$checkout/dist"
cp "$work"/dist/* "$checkout/dist/"
echo "the wheel's demo left $reports report(s); sdist and wheel are in dist/"
