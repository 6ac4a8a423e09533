# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# Redis on port 6379, keeping its data in memory.
packages=(redis-server)

build() {
    mkdir "$root/data"
    add_program usr/bin/redis-server
    add_program usr/bin/redis-cli
    archive oci --workdir /data --port 6379/tcp -- \
        redis-server --port 6379 --save '' --protected-mode no --bind 0.0.0.0
}
