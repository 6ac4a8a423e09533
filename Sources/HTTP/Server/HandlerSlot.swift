/// The handler of the request that a connection of HTTP/1.1 is at: its task, and how far it has come.
struct HandlerSlot: Sendable {
    /// Counts the requests of the connection, so that whoever belongs to an earlier one is told apart.
    private(set) var exchange: UInt64 = 0
    private(set) var isHandling = false
    /// The head of the answer has been sent, and its content follows.
    private(set) var isResponding = false
    /// The answer goes on until someone ends it, so shutting down must not wait for it.
    private(set) var isEventStream = false
    private(set) var task: Task<Void, Never>?
    private var mustCancel = false

    /// Whether this is the request that is being handled.
    func isAt(_ exchange: UInt64) -> Bool { isHandling && self.exchange == exchange }

    /// Whether the content of the answer to this request is being sent.
    func isResponding(to exchange: UInt64) -> Bool { isResponding && self.exchange == exchange }

    /// The next request is to be handled. Returns its number.
    mutating func begin() -> UInt64 {
        exchange += 1
        isHandling = true
        isResponding = false
        return exchange
    }

    /// Remembers the task while it runs. Returns whether it must be cancelled at once.
    mutating func started(_ task: Task<Void, Never>, _ exchange: UInt64) -> Bool {
        guard isAt(exchange) else { return false }
        self.task = task
        return mustCancel
    }

    mutating func beginResponse(isEventStream: Bool) {
        isResponding = true
        self.isEventStream = isEventStream
    }

    /// Returns the task that is to be cancelled now; one that is not known yet will be when it has started.
    mutating func cancel() -> Task<Void, Never>? {
        guard isHandling, !mustCancel else { return nil }
        mustCancel = true
        return task
    }

    mutating func end() {
        isHandling = false
        isResponding = false
        isEventStream = false
        mustCancel = false
        task = nil
    }

    /// Whatever the handler still does belongs to no request any more, and goes nowhere. Returns its task.
    mutating func disown() -> Task<Void, Never>? {
        defer { end() }
        exchange += 1
        return task
    }
}
