"""systemd as the first process of a container: the page of its one service must stay the same."""

from conversation import anew
from program import Program
from web import Page

PROGRAM = Program("systemd", 80, {"kept": Page, "new": anew(Page)})
