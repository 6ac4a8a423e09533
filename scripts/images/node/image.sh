# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# Node.js on port 3000: a server that counts its requests in memory.
packages=(nodejs)

build() {
    mkdir -p "$root/srv"
    add_program usr/bin/node
    # Debian keeps some of Node's own modules beside it.
    take usr/share/nodejs
    cp "$images/node/count.js" "$root/srv/"
    archive docker --port 3000/tcp -- node /srv/count.js
}
