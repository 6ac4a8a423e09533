# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# A process with 2,000 threads, on port 7000.

build() {
    compile threads/threads.c usr/bin/threads -static -pthread
    archive docker --port 7000/tcp -- threads 2000
}
