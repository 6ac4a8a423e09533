"""Holds what both ends of all connections saw against what they should have seen."""

from dataclasses import dataclass, field

# Within so many seconds the server has told how a connection ended, as a rule.
REPORT_DELAY = 15


@dataclass
class Life:
    """All that is known of one connection."""

    plan: object
    client: dict = None
    verdicts: list = field(default_factory=list)


class Judge:
    """Takes what the clients' process tells, and says at the end what was wrong.

    With `may_reset`, a connection that the server had not accepted when a move froze it may end with a reset. `lost_at`
    is when the server was lost for good, if it was: what had not ended and been reported long before is not judged.
    """

    def __init__(self, plans, may_reset, lost_at=None):
        self.lives = {plan.identifier: Life(plan) for plan in plans}
        self.numbers = {plan.number: plan.identifier for plan in plans}
        self.may_reset = may_reset
        self.lost_at = lost_at
        self.tokens = set()
        self.unheard = self.open = 0
        self.reset_in_queue = self.not_judged = 0
        self.other_failures = []

    def hear(self, message):
        about = message["about"]
        if about == "client":
            self.lives[self.numbers[message["number"]]].client = message
        elif about == "report":
            if self.lost_at is None:
                self.other_failures.append(f"asking the server how connections ended: {message['failure']}")
        elif about == "server":
            self.tokens.add(message["token"])
            self.open, self.unheard = message["open"], message["unheard"]
            for verdict in message["verdicts"]:
                if verdict["identifier"] in self.lives:
                    self.lives[verdict["identifier"]].verdicts.append(verdict)
                else:
                    self.other_failures.append(f"the server knows a connection that nobody made: {verdict}")

    def failures(self):
        """The connections that did not go as planned, each with what is wrong with it."""
        if len(self.tokens) > 1:
            self.other_failures.append("the server was started anew: its memory is lost")
        if self.open and self.lost_at is None:
            self.other_failures.append(f"{self.open} connections are still open at the server")
        found = []
        for life in self.lives.values():
            wrong = list(self.faults(life))
            if wrong:
                found.append((life, wrong))
        return found

    def faults(self, life):
        client, verdicts = life.client, life.verdicts
        if self.lost_at is not None and (client is None or client["end"] > self.lost_at - REPORT_DELAY):
            self.not_judged += 1
            return
        if client is None:
            yield "the client: expected to tell of its end, nothing was heard of it"
            return
        if self.was_reset_in_queue(life):
            self.reset_in_queue += 1
            return
        if client["failure"]:
            yield f"the client: expected {client['failure']['expected']}; saw {client['failure']['seen']}"
        if life.plan.unheard:
            return
        for verdict in verdicts:
            if not verdict["good"]:
                yield (f"the server: saw {verdict['outcome']}, at the step {verdict['operation']} with"
                       f" {verdict['received']} bytes read and {verdict['sent']} written")
        if not verdicts:
            yield "the server: expected to have ended the connection; it has not, or has never heard its script"
        elif len(verdicts) > 1:
            yield f"the server: expected to end the connection once, did so {len(verdicts)} times"

    def was_reset_in_queue(self, life):
        failure = life.client["failure"]
        return (self.may_reset and not life.verdicts and failure is not None and not life.plan.unheard
                and failure["seen"] in ("ECONNRESET", "EPIPE"))
