"""systemd as the first process of a container, with one service: it gives up when it starts."""

from conversation import anew
from program import Program
from web import Page

PROGRAM = Program(
    "systemd", 80, {"kept": Page, "new": anew(Page)}, ends_because=
    "systemd mounts a cgroup hierarchy when it starts (mount(\"cgroup\", ..., \"none,name=systemd\")); a container has no"
    " CAP_SYS_ADMIN, so this is EPERM, and it ends")
