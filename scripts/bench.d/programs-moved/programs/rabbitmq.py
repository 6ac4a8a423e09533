"""RabbitMQ: numbered messages, confirmed to the one who sends and consumed over another connection; none lost or twice."""

import sys

import tools
from conversation import PATIENCE, Conversation, anew, expect
from program import Program


def connect(address, port):
    # A library for Python that comes with the image; the driver, which reads this file too, does without.
    sys.path.append(tools.file("usr/lib/python3/dist-packages"))
    import pika
    try:
        return pika.BlockingConnection(pika.ConnectionParameters(
            address, port, socket_timeout=PATIENCE, blocked_connection_timeout=PATIENCE))
    except pika.exceptions.AMQPError as error:
        raise OSError(f"{type(error).__name__} {error}") from error


class Messages(Conversation):
    PACE = 0.02

    def __init__(self, address, port):
        self.queue = None
        self.ends = [connect(address, port), connect(address, port)]
        self.sender, self.receiver = (end.channel() for end in self.ends)
        self.sender.confirm_delivery()

    def version(self):
        return self.ends[0]._impl.server_properties["version"]

    def ask(self, known):
        import pika
        number = known["number"] = known.get("number", 0) + 1
        try:
            if not self.queue:
                self.queue = known["path"]
                self.sender.queue_declare(self.queue, durable=True)
                self.messages = self.receiver.consume(self.queue, inactivity_timeout=PATIENCE)
            # Persistent ones are also written to a file. An exception tells that it was not confirmed.
            self.sender.basic_publish(
                "", self.queue, str(number).encode(), pika.BasicProperties(delivery_mode=2), mandatory=True)
            method, _, body = next(self.messages)
            if method is None:
                raise TimeoutError(f"message {number} has not come")
            self.receiver.basic_ack(method.delivery_tag)
        except pika.exceptions.AMQPError as error:
            raise OSError(f"{type(error).__name__} {error}") from error
        expect((int(body), method.redelivered), (number, False))

    def finish(self, known):
        self.receiver.cancel()
        left = self.sender.queue_declare(self.queue, passive=True).method.message_count
        expect(left, 0)

    def close(self):
        import pika
        for end in self.ends:
            try:
                end.close()
            except pika.exceptions.AMQPError:
                pass  # It is broken already, which has been told.


PROGRAM = Program(
    "rabbitmq", 5672, {"kept": Messages, "new": anew(Messages, pace=0.5)}, tools=("usr/lib/python3/dist-packages/pika",),
    limits={"memoryBytes": 512 << 20}, start=60)
