# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# Java on port 8080: its own HTTP server with a pool of threads, counting its requests in memory.
packages=(openjdk-17-jre-headless)

build() {
    local home
    home=$(cd "$unpacked" && echo usr/lib/jvm/java-17-openjdk-*)
    mkdir -p "$root/srv" "$root/$home"
    take "$home"/{bin,conf,lib}
    # Its settings are links into /etc.
    take etc/java-17-openjdk
    add_libraries "$home"/{bin/java,lib/server/libjvm.so}
    rm -f "$root/$home"/lib/{src.zip,ct.sym}
    ln -s "../../$home/bin/java" "$root/usr/bin/java"
    cp "$images/jvm/Count.java" "$root/srv/"
    archive docker --port 8080/tcp -- java -Xmx64m \
        -Dsun.net.httpserver.nodelay=true /srv/Count.java
}
