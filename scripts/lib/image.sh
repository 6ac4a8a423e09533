# shellcheck shell=bash
# What images are made of: folders every container needs, programs with the libraries they load, and the archive. Needs
# say.sh and packages.sh.
#
# Whoever uses it sets: images (the folder of scripts/images), scratch, output; and, for the image at hand, name, root (what
# becomes its root file system) and unpacked (its packages and all they depend on).
# shellcheck disable=SC2154

compiler() {
    command -v clang || command -v gcc ||
        fail "there is no C compiler on PATH" "Swift's toolchain brings clang: put its usr/bin on PATH."
}

# compile SOURCE PROGRAM [OPTION…]: from the image's own folder, into its root.
compile() {
    local source=$1 program=$2
    shift 2
    "$(compiler)" -std=c17 -O2 -Wall -Wextra -Werror -s -Wl,--build-id=none -o "$root/$program" "$images/$source" "$@"
}

# The folders every container needs, and the names of its users.
make_root() {
    local folder
    mkdir -p "$root"/{dev/shm,etc,proc,root,run,sys,tmp,usr/bin,usr/lib,usr/lib64,var}
    for folder in bin lib lib64; do ln -s "usr/$folder" "$root/$folder"; done
    ln -s usr/bin "$root/sbin"
    ln -s bin "$root/usr/sbin"
    ln -s ../run "$root/var/run"
    chmod 1777 "$root"/{tmp,dev/shm}
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/:/bin/false' >"$root/etc/passwd"
    printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' >"$root/etc/group"
    printf '%s\n' '127.0.0.1 localhost' >"$root/etc/hosts"
}

# unpack PACKAGE…: the packages and all they depend on, in the folder unpacked.
unpack() {
    local folder=$scratch/packages-$name
    mkdir -p "$folder"
    chmod 755 "$folder"
    fetch_closure "$folder" "$@" || fail "could not download $*: $(grep -m1 '^E:' "$folder/download.log" || true)"
    unpack_closure "$folder" "$unpacked"
}

# take PATH…: copies files or folders of the packages as they are.
take() {
    local path
    for path; do
        mkdir -p "$root/$(dirname "$path")"
        cp -a "$unpacked/$path" "$root/$(dirname "$path")/"
    done
}

# add_program PROGRAM: the program, as usr/bin/…, the libraries its loader finds, and the loader.
add_program() {
    local program=$1
    mkdir -p "$root/usr/bin"
    cp --dereference "$unpacked/$program" "$root/usr/bin/"
    add_libraries "$program"
}

# add_libraries FILE…: the libraries that a program, or a module it loads, needs.
add_libraries() {
    local file libraries loader loaded soname path link
    libraries=$(cd "$unpacked" && echo usr/lib/*-linux-gnu*)
    loader=$(cd "$unpacked" && echo "$libraries"/ld-linux*.so.*)
    mkdir -p "$root/$libraries"
    # The C library loads libgcc_s only when a thread is cancelled.
    cp --dereference "$unpacked/$loader" "$unpacked/$libraries/libgcc_s.so.1" "$root/$libraries/"
    # Programs name their loader by a fixed path outside the folder of libraries.
    for link in "$unpacked"/usr/lib{,64}/ld-linux*.so.*; do
        if [[ -L $link ]]; then ln -sfr "$root/$loader" "$root/${link#"$unpacked"/}"; fi
    done
    for file; do
        # Some libraries lie in folders of their own below it, which the programs name.
        loaded=$("$unpacked/$loader" --library-path "$unpacked/$libraries:$unpacked/$(dirname "$file")" \
            --list "$unpacked/$file")
        [[ $loaded != *'not found'* ]] || fail "$file misses libraries among its packages:" "$loaded"
        while read -r soname path; do
            cp --dereference "$path" "$root/$libraries/$soname"
        done < <(awk '$2 == "=>" && $1 !~ /^\// { print $1, $3 }' <<<"$loaded")
    done
}

# A shell and the small programs that scripts call.
add_busybox() {
    local applet
    cp --dereference "$unpacked/bin/busybox" "$root/usr/bin/busybox"
    for applet in $("$root/usr/bin/busybox" --list); do
        [[ -e $root/usr/bin/$applet ]] || ln -s busybox "$root/usr/bin/$applet"
    done
}

# Python and its own modules. Compiled modules would be files that the container has written, and move with it.
add_python() {
    local version
    version=$(cd "$unpacked/usr/bin" && echo python3.[0-9]*)
    add_program "usr/bin/$version"
    ln -s "$version" "$root/usr/bin/python3"
    take "usr/lib/$version"
    (cd "$unpacked" && echo "usr/lib/$version/lib-dynload"/*.so) | xargs -n1 | while read -r version; do
        add_libraries "$version"
    done
}

# in_root USER:GROUP COMMAND…: runs a program of the image in it, for what a package's scripts would have prepared.
in_root() {
    local user=$1 status=0
    shift
    mknod -m 666 "$root/dev/null" c 1 3
    mknod -m 666 "$root/dev/urandom" c 1 9
    env --ignore-environment PATH=/usr/bin HOME=/root "$(command -v chroot)" --userspec="$user" "$root" "$@" \
        >"$scratch/$name.log" 2>&1 || status=$?
    rm "$root"/dev/{null,urandom}
    ((status == 0)) || fail "$1 failed for the image $name: $(tail -3 "$scratch/$name.log")"
}

# archive FORMAT [OPTION…] [-- COMMAND…]: packs the root; see pack_image.py.
archive() {
    local format=$1 options=()
    shift
    [[ $format == tar ]] || options+=(--name "$name")
    while (($#)) && [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    python3 "$images/pack_image.py" "$format" "${options[@]}" "$root" "$output/$name.tar" "$@"
}
