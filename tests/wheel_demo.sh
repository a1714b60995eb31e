#!/bin/sh
# Build sdist and wheel, install the wheel into a fresh virtual environment, run the demo from it.
# Where the model lies in the checkout, the same for its own wheel, which must be found and not be too large.
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

if tar -tzf "$work"/dist/*.tar.gz | grep '/models/' >&2; then
  echo "tenor's sdist holds files of the model" >&2; exit 1
fi
if [ -e "$checkout/models/tenor_models/default/model.onnx" ]; then
  mkdir "$work/models"
  (cd "$checkout/models" && "$work/build/bin/python" -m hatchling build -t sdist -d "$work/models")
  "$work/build/bin/python" $pip wheel --no-deps --wheel-dir "$work/models" "$work"/models/*.tar.gz
  heavy=$(find "$work/models" -name '*.whl' -size +60000000c)
  [ -z "$heavy" ] || { echo "the model's wheel is over 60 MB: $heavy" >&2; exit 1; }
  cp "$work"/models/* "$work/dist/"
else
  echo "no model in models/: its wheel is left out"
fi

"$python" -m venv "$work/clean"
"$work/clean/bin/python" $pip install "$work"/dist/*.whl

mkdir "$work/elsewhere"
cd "$work/elsewhere"
origin=$("$work/clean/bin/python" -c 'import tenor; print(tenor.__file__)')
case $origin in
  "$work/clean/"*) ;;
  *) echo "the demo would run $origin, not the wheel" >&2; exit 1 ;;
esac
if [ -d "$work/models" ]; then
  "$work/clean/bin/python" -c 'from tenor.annotate.encoder import Encoder; print(Encoder.open().manifest.name, "is found")'
fi
"$work/clean/bin/tenor" demo demo
reports=$(find demo -name '*.html' -size +1k | wc -l)
[ "$reports" -gt 0 ] || { echo "the demo from the wheel left no report" >&2; exit 1; }

mkdir -p "$checkout/dist"
cp "$work"/dist/* "$checkout/dist/"
echo "the wheel's demo left $reports report(s); sdist and wheel are in dist/"
