# shellcheck shell=bash
# Node.js on port 3000: a server that counts its requests in memory.
packages=(nodejs)

build() {
    mkdir -p "$root/srv"
    add_program usr/bin/node
    cp "$images/node/count.js" "$root/srv/"
    archive docker --port 3000/tcp -- node /srv/count.js
}
