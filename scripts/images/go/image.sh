# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# A static program in Go on port 8080: a server that counts its requests in memory.
packages=(golang-go)

build() {
    local home
    home=$(cd "$unpacked/usr/lib" && echo go-*)
    env GOROOT="$unpacked/usr/lib/$home" GOCACHE="$scratch/go-cache" GOPATH="$scratch/go" GO111MODULE=off CGO_ENABLED=0 \
        "$unpacked/usr/lib/$home/bin/go" build -o "$root/usr/bin/count" "$images/go/count.go"
    archive docker --port 8080/tcp -- count
}
