# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# A shell and small programs.
packages=(busybox-static)

build() {
    add_busybox
    archive tar
}
