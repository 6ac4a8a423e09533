# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# RabbitMQ on port 5672, with Erlang's port mapper beside it; and pika, a client.
packages=(rabbitmq-server python3-pika busybox-static)

build() {
    local home=usr/lib/rabbitmq program
    add_busybox
    take usr/lib/erlang "$home/lib" usr/lib/python3/dist-packages/pika
    # Erlang's own programs, and the libraries that it loads when it needs them.
    while read -r program; do add_libraries "$program"; done < <(
        cd "$unpacked" && find usr/lib/erlang -type f \( -path '*/erts-*/bin/*' -o -name '*.so' \) -exec \
            sh -c 'head -c 4 "$1" | grep -q ELF' sh {} \; -print)
    ln -s ../lib/erlang/bin/erl "$root/usr/bin/erl"
    mkdir -p "$root"/{etc/rabbitmq,var/lib/rabbitmq,var/log/rabbitmq}
    cp "$images/rabbitmq/rabbitmq.conf" "$root/etc/rabbitmq/"
    archive docker --port 5672/tcp --env HOME=/var/lib/rabbitmq --env RABBITMQ_NODENAME=rabbit@localhost \
        --env RABBITMQ_LOGS=- --env LANG=C.UTF-8 -- "/$(cd "$root" && echo "$home"/lib/*)/sbin/rabbitmq-server"
}
