# shellcheck shell=bash
# memcached on port 11211, with four threads.
packages=(memcached)

build() {
    add_program usr/bin/memcached
    archive docker --port 11211/tcp -- memcached -u root -m 64 -t 4
}
