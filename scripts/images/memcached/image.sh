# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# memcached on port 11211, with four threads.
packages=(memcached)

build() {
    add_program usr/bin/memcached
    archive docker --port 11211/tcp -- memcached -u root -m 64 -t 4
}
