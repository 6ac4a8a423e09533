# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# A server of every state of TCP on ports 9000 to 9003, which says afterwards what it has seen (tcp-server MILLISECONDS).

build() {
    compile tcp/server.c usr/bin/tcp-server -static "$images"/tcp/{connection,stream,verdict}.c
    archive tar
}
