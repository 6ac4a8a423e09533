# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# PostgreSQL run by root, where CRIU can dump nobody else.
# shellcheck source=scripts/images/postgres/image.sh
. "$images/postgres/image.sh"
source=postgres

build() {
    make_cluster
    compile not_root.c usr/lib/not_root.so -shared -fPIC
    archive_cluster --env LD_PRELOAD=/usr/lib/not_root.so
}
