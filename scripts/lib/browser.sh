# shellcheck shell=bash
# The driver with which the tests of the page use a real browser. Needs say.sh.

# browser_python ROOT: the Python that has the driver.
browser_python() { printf '%s\n' "$1/.build/venv/bin/python"; }

# ensure_browser_driver ROOT: a Python environment of the source tree's own, in .build; nothing is installed elsewhere.
ensure_browser_driver() {
    local root=$1 requirements=$1/Tests/Browser/requirements.txt venv=$1/.build/venv
    if [[ -x $venv/bin/python ]] && cmp -s "$requirements" "$venv/installed.txt"; then return 0; fi
    say "Installing the browser's driver into .build/venv"
    rm -rf "$venv"
    mkdir -p "$root/.build"
    python3 -m venv "$venv" || fail "python3 cannot make a virtual environment" "Install the package python3-venv."
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements" ||
        fail "pip could not install what Tests/Browser/requirements.txt names" "Its own words are above."
    cp "$requirements" "$venv/installed.txt"
}
