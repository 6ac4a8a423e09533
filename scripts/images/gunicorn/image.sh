# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# gunicorn on port 8000: an arbiter and two workers with four threads each.
packages=(gunicorn)

build() {
    mkdir -p "$root/srv"
    add_python
    take usr/lib/python3
    cp "$images/gunicorn/application.py" "$root/srv/"
    archive docker --port 8000/tcp --env PYTHONDONTWRITEBYTECODE=1 --workdir /srv -- python3 -m gunicorn \
        --bind 0.0.0.0:8000 --workers 2 --threads 4 --keep-alive 3600 --log-level warning application
}
