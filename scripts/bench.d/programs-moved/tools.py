"""Programs of an image that its clients use, run with the image's own libraries."""

import glob
import os
import tarfile

# What the clients find the folder by.
VARIABLE = "RELOCATE_TOOLS"


def unpack(archive, wanted, folder):
    """Takes what the clients need, and all shared libraries, out of an image."""
    os.makedirs(folder)
    with tarfile.open(archive) as outer:
        layer = next(name for name in outer.getnames() if name.endswith("/layer.tar"))
        with tarfile.open(fileobj=outer.extractfile(layer)) as inner:
            inner.extractall(folder, [
                member for member in inner
                if member.name.startswith(wanted) or member.name.startswith("usr/lib/") and "-linux-gnu" in member.name])


def file(path):
    return f"{os.environ[VARIABLE]}/{path}"


def command(program):
    """How to run a program; `program` is a pattern."""
    loader = glob.glob(file("usr/lib/*-linux-gnu*/ld-linux*.so.*"))[0]
    return [loader, "--library-path", os.path.dirname(loader), glob.glob(file(program))[0]]
