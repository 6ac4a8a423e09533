# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# OpenSSH's server on port 22, for a key that is made with the image; with its client and that key.
packages=(openssh-server openssh-client busybox-static)

build() {
    local kind
    add_busybox
    add_program usr/sbin/sshd
    add_program usr/bin/ssh
    add_program usr/bin/ssh-keygen
    mkdir -p "$root"/{etc/ssh,root/.ssh,run/sshd,usr/share/bench}
    chmod 700 "$root/root/.ssh"
    # Before it has logged in, a session is this user's. It is root: CRIU cannot dump others' processes everywhere.
    echo 'sshd:x:0:0::/run/sshd:/bin/false' >>"$root/etc/passwd"
    cp "$images/sshd/sshd_config" "$root/etc/ssh/"
    for kind in /etc/ssh/ssh_host_ed25519_key /usr/share/bench/key; do
        in_root root:root /usr/bin/ssh-keygen -q -t ed25519 -N '' -C bench -f "$kind"
    done
    cp "$root/usr/share/bench/key.pub" "$root/root/.ssh/authorized_keys"
    archive docker --port 22/tcp -- /usr/bin/sshd -D -e
}
