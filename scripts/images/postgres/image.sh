# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# PostgreSQL on port 5432, an empty cluster, its user nobody; with psql and pgbench.
packages=(postgresql-15 dash)

# The cluster is initialised here and not by the container: what a container writes to its files has to move with it.
make_cluster() {
    local version data=var/lib/postgresql/data home program
    ((EUID == 0)) || fail "the image postgres needs root" \
        "Its cluster is made by a user other than root, in a root file system of its own."
    version=$(cd "$unpacked/usr/lib/postgresql" && echo *)
    home=usr/lib/postgresql/$version
    mkdir -p "$root"/{"$home"/{bin,lib},usr/share/postgresql,usr/share/zoneinfo,"$data",run/postgresql}
    # The programs find the rest of their files by the folder that they are in.
    for program in postgres initdb psql pgbench; do
        add_program "$home/bin/$program"
        mv "$root/usr/bin/$program" "$root/$home/bin/"
        ln -sr "$root/$home/bin/$program" "$root/usr/bin/$program"
    done
    # initdb speaks to the server through a shell.
    add_program usr/bin/dash
    ln -s dash "$root/usr/bin/sh"
    cp -r "$unpacked/usr/share/postgresql/$version" "$root/usr/share/postgresql/"
    cp -r "$unpacked/usr/share/zoneinfo"/{UTC,Etc} "$root/usr/share/zoneinfo/"
    cp "$unpacked/$home"/lib/{plpgsql,dict_snowball}.so "$root/$home/lib/"
    chown nobody:nogroup "$root/$data"
    in_root nobody:nogroup /usr/bin/initdb --pgdata="/$data" --username=postgres --locale=C \
        --encoding=UTF8 --auth=trust
    printf 'host all all 0.0.0.0/0 trust\n' >>"$root/$data/pg_hba.conf"
}

# archive_cluster OPTION…
archive_cluster() {
    local data=var/lib/postgresql/data
    archive docker --port 5432/tcp --owner "$data=65534:65534" --owner run/postgresql=65534:65534 "$@" \
        -- postgres -D "/$data" -c listen_addresses='*'
}

build() {
    make_cluster
    archive_cluster --user nobody
}
