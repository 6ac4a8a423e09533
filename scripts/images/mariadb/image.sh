# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# MariaDB on port 3306, with the database bench for everybody; with its client.
packages=(mariadb-server-core mariadb-client-core)

# As with PostgreSQL, what is written here need not move with the container.
build() {
    local share=usr/share/mysql
    add_program usr/sbin/mariadbd
    add_program usr/bin/mariadb
    take "$share"/{charsets,english}
    mkdir -p "$root"/{var/lib/mysql,run/mysqld,usr/lib/mysql/plugin}
    cp "$images/mariadb/my.cnf" "$root/etc/"
    {
        printf '%s\n' 'create database mysql;' 'use mysql;'
        # Each line with an end, so that what follows the last does not become part of it.
        awk 1 "$unpacked/$share"/mysql_{system_tables,performance_tables,system_tables_data}.sql
        cat "$images/mariadb/bench.sql"
    } >"$scratch/bootstrap.sql"
    in_root root:root /usr/bin/mariadbd --bootstrap <"$scratch/bootstrap.sql"
    archive docker --port 3306/tcp -- mariadbd
}
