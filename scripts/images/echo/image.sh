# shellcheck shell=bash
# An echo server on port 7, or the port that it is told.

build() {
    compile echo.c usr/bin/echo -static
    archive tar
}
