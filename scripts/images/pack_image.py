#!/usr/bin/env python3
"""Packs a folder as a container image archive, in one of the formats an importer meets.

The same folder gives the same bytes: entries are sorted, owned by root and dated 1970-01-01.

  tar     the bare root file system
  oci     an OCI image layout (image-spec v1) in a tar, its one layer compressed with gzip
  docker  what `docker save` writes: manifest.json, the configuration and one plain layer
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import platform
import tarfile
from collections.abc import Callable

EPOCH = "1970-01-01T00:00:00Z"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Strips an entry of what differs between two builds of the same content."""
    entry.mtime = 0
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


def owned(owners: list[str]) -> Callable[[tarfile.TarInfo], tarfile.TarInfo]:
    """Like `plain`, but what lies below the folders of `owners`, each PATH=UID:GID, belongs to somebody else."""
    table = []
    for owner in owners:
        path, _, ids = owner.rpartition("=")
        uid, _, gid = ids.partition(":")
        table.append((path.strip("/"), int(uid), int(gid)))

    def change(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry = plain(entry)
        for path, uid, gid in table:
            if f"{entry.name}/".startswith(f"{path}/"):
                entry.uid, entry.gid = uid, gid
                entry.uname = entry.gname = ""
        return entry

    return change


def root_tar(root: str, owners: list[str]) -> bytes:
    """The folder as a tar archive, paths relative to it."""
    change = owned(owners)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for folder, folders, files in os.walk(root):
            folders.sort()
            for name in sorted(folders + files):
                path = os.path.join(folder, name)
                archive.add(path, os.path.relpath(path, root), recursive=False, filter=change)
    return buffer.getvalue()


def files_tar(files: dict[str, bytes]) -> bytes:
    """Named contents as a tar archive, with the folders their names need."""
    folders = {name[:end] for name in files for end, letter in enumerate(name) if letter == "/"}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in sorted(folders | set(files)):
            entry = plain(tarfile.TarInfo(name))
            if name in folders:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(entry)
            else:
                entry.size = len(files[name])
                archive.addfile(entry, io.BytesIO(files[name]))
    return buffer.getvalue()


def encoded(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def configuration(layer: bytes, options: argparse.Namespace) -> bytes:
    """The image configuration (image-spec, config.md); Docker's is the same document."""
    machine = platform.machine()
    settings = {"Cmd": options.command, "Env": options.env, "WorkingDir": options.workdir}
    if options.user:
        settings["User"] = options.user
    if options.port:
        settings["ExposedPorts"] = {port: {} for port in options.port}
    return encoded({
        "architecture": ARCHITECTURES.get(machine, machine),
        "os": "linux",
        "created": EPOCH,
        "config": settings,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(layer)}"]},
        "history": [{"created": EPOCH, "created_by": "demo-images"}],
    })


def oci_archive(layer: bytes, options: argparse.Namespace) -> bytes:
    blobs: dict[str, bytes] = {}

    def descriptor(kind: str, content: bytes) -> dict:
        digest = sha256(content)
        blobs[f"blobs/sha256/{digest}"] = content
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(content)}

    manifest = descriptor("manifest.v1+json", encoded({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor("config.v1+json", configuration(layer, options)),
        "layers": [descriptor("layer.v1.tar+gzip", gzip.compress(layer, mtime=0))],
    }))
    manifest["annotations"] = {"org.opencontainers.image.ref.name": options.name}
    index = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [manifest],
    }
    return files_tar({**blobs, "index.json": encoded(index), "oci-layout": encoded({"imageLayoutVersion": "1.0.0"})})


def docker_archive(layer: bytes, options: argparse.Namespace) -> bytes:
    config = configuration(layer, options)
    config_name, layer_name = f"{sha256(config)}.json", f"{sha256(layer)}/layer.tar"
    manifest = [{"Config": config_name, "RepoTags": [f"{options.name}:latest"], "Layers": [layer_name]}]
    return files_tar({config_name: config, layer_name: layer, "manifest.json": encoded(manifest)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("format", choices=["tar", "oci", "docker"])
    parser.add_argument("root", help="the folder that becomes the root file system")
    parser.add_argument("output", help="the archive to write")
    parser.add_argument("command", nargs="*", help="what a container runs (after --); a bare tar cannot hold it")
    parser.add_argument("--name", default="demo")
    parser.add_argument("--env", action="append", default=["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], metavar="KEY=VALUE")
    parser.add_argument("--workdir", default="/")
    parser.add_argument("--user", help="who runs the command; root if not given")
    parser.add_argument("--owner", action="append", default=[], metavar="PATH=UID:GID",
                        help="whose a folder is, with all below it; root's if not given")
    parser.add_argument("--port", action="append", default=[], metavar="NUMBER/tcp")
    options = parser.parse_args()

    layer = root_tar(options.root, options.owner)
    if options.format == "oci":
        layer = oci_archive(layer, options)
    elif options.format == "docker":
        layer = docker_archive(layer, options)

    # Whoever reads the output sees the old archive or the new one, never a part.
    partial = f"{options.output}.partial"
    with open(partial, "wb") as file:
        file.write(layer)
    os.replace(partial, options.output)


if __name__ == "__main__":
    main()
