"""nginx: the page must stay the same."""

from conversation import anew
from program import Program
from web import Page

PROGRAM = Program("web", 80, {"kept": Page, "new": anew(Page)})
