"""The kinds of connections: what clients and servers do to each other.

Each kind is a function that draws, from a source of random numbers, the roles of client and server. `largest` bounds
how many bytes go in one direction: small windows take their time.
"""

from script import (
    APART, AWAIT_READER, CLOSE, END, RESET, SEE_END, SEE_RESET, UNTIL_BROKEN, URGENT, Role, awaits, lurk, read, sleep,
    write)


def some(random, largest):
    """A number of bytes, small ones as likely as large ones."""
    return max(1, int(largest ** random.random()))


def slowly(random, count, seconds):
    """Chunk and pause by which `count` bytes take about that time."""
    pause = random.choice([5, 20, 50, 100, 200])
    return max(1, int(count * pause / (1000 * seconds))), pause


def conversation(random, rounds, longest_pause, largest=4000):
    """Questions and answers: the writers of both ends, and how many bytes the client and the server have sent."""
    client, server, asked, answered = [], [], 0, 0
    for _ in range(rounds):
        question, answer = some(random, largest), some(random, largest)
        client += [sleep(random.randrange(longest_pause)), write(question)]
        asked += question
        server += [awaits(asked), write(answer)]
        answered += answer
        client.append(awaits(answered))
    return client, server, asked, answered


def ended(random, client, server, asked, answered):
    """Roles of a conversation that one of the two ends, in good order."""
    if random.random() < 0.5:
        return (Role((*client, END), (read(answered), SEE_END)),
                Role((*server, AWAIT_READER), (read(asked), SEE_END)))
    return (Role((*client, AWAIT_READER), (read(answered), SEE_END)),
            Role((*server, END), (read(asked), SEE_END)))


def talk(random, largest):
    return ended(random, *conversation(random, random.randint(2, 10), 400))


def dribble(random, largest):
    """Many small pieces in both directions at once."""
    up, down = random.randint(50, 600), random.randint(50, 600)
    return (Role((write(up, random.randint(1, 3), random.randint(2, 15)), END), (read(down), SEE_END)),
            Role((write(down, random.randint(1, 3), random.randint(2, 15)), END), (read(up), SEE_END)))


def upload(random, largest):
    """Much from the client, read as it comes or slowly, and a word of thanks."""
    count = random.randint(largest // 50, largest)
    pace = slowly(random, count, random.uniform(0.5, 4)) if random.random() < 0.5 else ()
    return (Role((write(count), END), (read(20), SEE_END)),
            Role((AWAIT_READER, write(20)), (read(count, *pace), SEE_END)))


def download(random, largest):
    """Much from the server, written at once or by and by, and read as it comes."""
    count = random.randint(largest // 50, largest)
    pace = slowly(random, count, random.uniform(0.5, 4)) if random.random() < 0.5 else ()
    return (Role((AWAIT_READER,), (read(count), SEE_END)),
            Role((write(count, *pace), END), (SEE_END,)))


def duplex(random, largest):
    """Much in both directions at once, each end with a pace of its own."""
    up, down = random.randint(1, largest), random.randint(1, largest)
    seconds = random.uniform(0.5, 4)
    return (Role((write(up, *slowly(random, up, seconds)), END), (read(down), SEE_END)),
            Role((write(down, *slowly(random, down, seconds)), END), (read(up), SEE_END)))


def full_to_client(random, largest):
    """The server writes until nothing more goes in; the client looks on for a while."""
    count = random.randint(largest // 2, largest)
    return (Role((write(10), AWAIT_READER), (sleep(random.randint(500, 4000)), read(count), SEE_END)),
            Role((awaits(10), write(count), END), (read(10), SEE_END)))


def full_to_server(random, largest):
    """The other way around."""
    count = random.randint(largest // 2, largest)
    return (Role((write(count), END), (read(10), SEE_END)),
            Role((AWAIT_READER, write(10)), (sleep(random.randint(500, 4000)), read(count), SEE_END)))


def full_both(random, largest):
    """Neither reads what the other writes, for a while."""
    up, down = random.randint(largest // 2, largest), random.randint(largest // 2, largest)
    return (Role((write(up), END), (sleep(random.randint(500, 4000)), read(down), SEE_END)),
            Role((write(down), END), (sleep(random.randint(500, 4000)), read(up), SEE_END)))


def half_client(random, largest):
    """The client has said all; the server answers much later."""
    up, down = some(random, largest // 4), some(random, largest // 4)
    return (Role((write(up), END), (read(down), SEE_END)),
            Role((AWAIT_READER, sleep(random.randint(200, 4000)), write(down)), (read(up), SEE_END)))


def half_server(random, largest):
    """The server has said all; the client goes on for a while."""
    up, down = some(random, largest // 4), some(random, largest // 4)
    seconds = random.uniform(0.5, 4)
    return (Role((AWAIT_READER, sleep(random.randint(100, 1000)), write(up, *slowly(random, up, seconds)), END),
                 (read(down), SEE_END)),
            Role((write(down), END, AWAIT_READER), (read(up), SEE_END)))


def half_for_long(random, largest):
    """Half-closed, either way, for longer than a minute."""
    rest = sleep(random.randint(62_000, 65_000))
    if random.random() < 0.5:
        return (Role((write(100), END), (read(100), SEE_END)),
                Role((AWAIT_READER, rest, write(100)), (read(100), SEE_END)))
    return (Role((AWAIT_READER, rest, write(100), END), (read(100), SEE_END)),
            Role((write(100), END, AWAIT_READER), (read(100), SEE_END)))


def ended_unread(random, largest):
    """Both have said all, and the server reads for the first time long after that."""
    up, down = random.randint(1, 8000), some(random, 8000)
    return (Role((write(up), END), (read(down), SEE_END)),
            Role((write(down), END), (sleep(random.randint(4000, 12_000)), read(up), SEE_END)))


def closing_server(random, largest):
    """The server writes much and closes at once; the client reads slowly."""
    count = random.randint(largest // 10, largest)
    return (Role((AWAIT_READER,), (read(count, *slowly(random, count, random.uniform(0.5, 4))), SEE_END)),
            Role((write(count), CLOSE), ()))


def closing_client(random, largest):
    """The other way around."""
    count = random.randint(largest // 10, largest)
    return (Role((write(count), CLOSE), ()),
            Role((AWAIT_READER,), (read(count, *slowly(random, count, random.uniform(0.5, 4))), SEE_END)))


def closing_both(random, largest):
    """Both have said all at about the same time, and both read slowly."""
    up, down, rest = some(random, largest // 4), some(random, largest // 4), random.randint(0, 2000)
    return (Role((sleep(rest), write(up), END), (read(down, *slowly(random, down, 1)), SEE_END)),
            Role((sleep(rest), write(down), END), (read(up, *slowly(random, up, 1)), SEE_END)))


def reset_by_client(random, largest):
    """After a conversation the client resets the connection."""
    client, server, asked, answered = conversation(random, random.randint(1, 5), 400)
    # The last answer has been read: nothing is under way that the reset could overtake.
    return (Role((*client, sleep(random.randint(0, 1500)), RESET), (read(answered),)),
            Role((*server, AWAIT_READER), (read(asked), SEE_RESET), may_break=True))


def reset_by_server(random, largest):
    """After a conversation the server does."""
    client, server, asked, answered = conversation(random, random.randint(1, 5), 400)
    last = random.randint(1, 100)
    return (Role((*client, write(last), AWAIT_READER), (read(answered), SEE_RESET), may_break=True),
            Role((*server, awaits(asked + last), sleep(random.randint(0, 1500)), RESET), (read(asked + last),)))


def reset_midway_by_client(random, largest):
    """The client resets it in the middle of a transfer: the server sees a part of that, and then the reset."""
    count = random.randint(largest // 10, largest)
    return (Role((write(count), sleep(random.randint(0, 300)), RESET), ()),
            Role((AWAIT_READER,), (sleep(random.randint(0, 1000)), SEE_RESET), may_break=True))


def reset_unseen(random, largest):
    """The client resets it, and the server does not look for a long time."""
    count = some(random, 4000)
    return (Role((write(count), sleep(random.randint(0, 500)), RESET), ()),
            Role((AWAIT_READER,), (read(count), sleep(random.randint(4000, 12_000)), SEE_RESET)))


def reset_midway_by_server(random, largest):
    """The server does."""
    count = random.randint(largest // 10, largest)
    return (Role((AWAIT_READER,), (sleep(random.randint(0, 1000)), SEE_RESET), may_break=True),
            Role((write(count), sleep(random.randint(0, 300)), RESET), ()))


def closed_unread(random, largest):
    """The server closes with bytes that it has not read: the client sees a reset."""
    # Few enough for the smallest window.
    asked, unread, answer = some(random, 1000), random.randint(1, 1000), some(random, 4000)
    return (Role((write(asked + unread), AWAIT_READER), (SEE_RESET,), may_break=True),
            Role((awaits(asked), write(answer), sleep(random.randint(0, 1500)), CLOSE),
                 (lurk(asked + unread), read(asked))))


def closed_before_write(random, largest):
    """The client writes to a server that has closed: it sees the end first, and then the reset."""
    answer = some(random, 4000)
    rest = random.randint(50, 2000)
    return (Role((AWAIT_READER, sleep(rest), UNTIL_BROKEN), (read(answer), SEE_END)),
            Role((write(answer), CLOSE), ()))


def urgent(random, largest):
    """Urgent bytes in both directions, each in its place in the stream."""
    def half():
        steps, total = [], 0
        for _ in range(random.randint(1, 6)):
            before = some(random, 3000)
            steps += [write(before), URGENT, sleep(random.randint(0, 500))]
            total += before + 1
        return steps, total
    client, up = half()
    server, down = half()
    # The server has heard of the client's wish to have them in place when it has answered the first byte.
    return (Role((write(1), awaits(1), *client, END), (read(1 + down), SEE_END)),
            Role((awaits(1), write(1), *server, END), (read(1 + up), SEE_END)))


def urgent_apart(random, largest):
    """One urgent byte in each direction, kept apart from the stream. Either may wait for a while before it is read."""
    before_up, after_up, before_down, after_down = (random.randint(1, 2000) for _ in range(4))
    rests = [sleep(random.randint(0, 1000)) for _ in range(4)]
    return (Role((write(before_up), rests[0], APART, write(after_up), END),
                 (read(before_down), rests[1], APART, read(after_down), SEE_END)),
            Role((write(before_down), rests[2], APART, write(after_down), END),
                 (read(before_up), rests[3], APART, read(after_up), SEE_END)))


def idle(random, largest):
    """Nothing for seconds, then a conversation."""
    client, *others = conversation(random, 2, 100)
    return ended(random, [sleep(random.randint(2000, 8000)), *client], *others)


def short(random, largest):
    """One question, one answer."""
    return ended(random, *conversation(random, 1, 10))


def rests_of_nothing(random, largest):
    """Rests that are over when they begin: whoever takes one must go on by himself."""
    up, down = some(random, 4000), some(random, 4000)
    rest = sleep(0)
    return (Role((rest, write(up), rest, END), (rest, read(down), SEE_END)),
            Role((rest, write(down), rest, END), (rest, read(up), SEE_END)))


def abandoned(random, largest):
    """The client gives up before it has said anything."""
    return Role((sleep(random.randint(0, 100)), random.choice([CLOSE, RESET])), ()), Role((), ())


KINDS = {
    # name: function, how often it is drawn
    "talk": (talk, 12),
    "dribble": (dribble, 4),
    "upload": (upload, 5),
    "download": (download, 5),
    "duplex": (duplex, 5),
    "full-to-client": (full_to_client, 4),
    "full-to-server": (full_to_server, 4),
    "full-both": (full_both, 3),
    "half-client": (half_client, 6),
    "half-server": (half_server, 6),
    "half-for-long": (half_for_long, 0),
    "ended-unread": (ended_unread, 2),
    "closing-server": (closing_server, 4),
    "closing-client": (closing_client, 4),
    "closing-both": (closing_both, 4),
    "reset-by-client": (reset_by_client, 4),
    "reset-by-server": (reset_by_server, 4),
    "reset-midway-by-client": (reset_midway_by_client, 3),
    "reset-unseen": (reset_unseen, 2),
    "reset-midway-by-server": (reset_midway_by_server, 3),
    "closed-unread": (closed_unread, 3),
    "closed-before-write": (closed_before_write, 3),
    "urgent": (urgent, 3),
    "urgent-apart": (urgent_apart, 2),
    "idle": (idle, 4),
    "keepalive": (idle, 4),
    "rests-of-nothing": (rests_of_nothing, 0.5),
    "abandoned": (abandoned, 2),
    "queued": (short, 2),
    "burst": (short, 0.5),
}
