# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# An echo server on port 7, or the port that it is told.

build() {
    compile echo.c usr/bin/echo -static
    archive tar
}
