import HTTPTypes

/// The request that is being handled on a connection of HTTP/1.1, as far as the `ServerConnectionMachine` is concerned.
struct ServerExchange: Sendable {
    /// Whether another request may follow.
    private(set) var keepsAlive: Bool
    let isHTTP10: Bool
    /// All of the content has been read.
    private(set) var bodyIsComplete = false
    /// The fields that came after it.
    private(set) var trailers: HTTPFields?
    /// The handler waits for content.
    private(set) var bodyIsWanted = false
    private(set) var bodyFailed = false
    /// The client sends its content when it is told to.
    var continueIsDue: Bool
    /// The client has gone.
    var cancelIsDue = false
    /// The handler has been told so.
    var wasCancelled = false
    /// The handler has taken too long.
    var isOverdue = false

    /// `nothingHasFollowed`: a client that has sent some of its content already does not wait to be told.
    init(_ head: RequestHead, nothingHasFollowed: Bool) {
        keepsAlive = head.keepsAlive
        isHTTP10 = head.line.minorVersion == 0
        continueIsDue = head.expectsContinue && nothingHasFollowed
    }

    mutating func wantBody() {
        bodyIsWanted = true
    }

    mutating func abandonBody() {
        bodyIsWanted = false
    }

    mutating func completeBody(trailers: HTTPFields? = nil) {
        bodyIsComplete = true
        self.trailers = trailers
    }

    mutating func failBody() {
        bodyFailed = true
    }

    /// Settles whether another request may follow, when the answer is about to be sent.
    mutating func beginResponse(mustClose: Bool) {
        // Nobody can know whether a client that was not told to send its content will send it.
        if mustClose || bodyFailed || continueIsDue { keepsAlive = false }
        bodyIsWanted = false
    }
}
