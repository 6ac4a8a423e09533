"""What was measured, as a table."""

import statistics

COLUMNS = ("program", "version", "processes", "threads", "sockets", "memory", "dump", "answers", "p50", "longest", "new",
           "moves", "failures")

# Of each program's failures. What follows the first is seldom news; the JSON has all.
SHOWN = 10


def cells(name, result):
    pauses = result["pauseMilliseconds"]
    size = result.get("anatomy", {})
    dumps = [relocation["bytes"] for relocation in result["relocations"] if relocation.get("bytes")]
    return (
        name, result.get("version", "-"), str(size.get("processes", "-")), str(size.get("threads", "-")),
        f"{size['sockets']} ({size['connections']})" if size else "-",
        f"{size['memoryBytes'] / 2**20:.0f} MiB" if size else "-",
        f"{statistics.median(dumps) / 2**20:.0f} MiB" if dumps else "-", str(result["answers"]),
        f"{statistics.median(pauses):.0f} ms" if pauses else "-",
        longest(pauses), longest(result.get("newMilliseconds")), str(len(pauses)), str(len(result["failures"])))


def longest(pauses):
    return f"{max(pauses):.0f} ms" if pauses else "-"


def show(result):
    """The table, in Markdown, with what went wrong and what the figures depend on."""
    print()
    print(result["commandLine"])
    for name, value in result["machine"].items():
        print(f"  {name:12} {value}")
    print()
    rows = [COLUMNS, *(cells(name, program) for name, program in result["programs"].items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print("\n".join(lines))
    print("""
p50, longest: the longest that the client with the open connection waited for an answer around a move. new: the longest
around any move for a new connection and its answer. sockets: open ones, in brackets established TCP connections. memory:
resident, a page that several processes share counted once. dump: what a move carries, memory and files, in the median.""")
    print(f"All of it took {result['seconds']} s.")
    for name, program in result["programs"].items():
        for note in program.get("notes", []):
            print(f"{name}: {note}")
        for failure in program["failures"][:SHOWN]:
            print(f"{name}: failed: {failure}")
        if len(program["failures"]) > SHOWN:
            print(f"{name}: and {len(program['failures']) - SHOWN} failures more")
