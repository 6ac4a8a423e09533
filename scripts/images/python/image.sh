# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# A web application with a thread for each connection, on port 8000.
packages=(python3)

build() {
    mkdir -p "$root/srv"
    add_python
    cp "$images/python/app.py" "$root/srv/"
    archive docker --port 8000/tcp --env PYTHONDONTWRITEBYTECODE=1 -- python3 /srv/app.py
}
