import HTTPTypes

/// What the bytes of a peer mean, or what has become of those sent to it.
enum HTTP2Event {
    /// A complete header section: a request's, an answer's or an interim answer's.
    case headers(stream: Int32, HTTP2FieldBlock, endsStream: Bool)
    /// Content, never empty. It counts against the windows until `HTTP2Session.consume` is called.
    case content(stream: Int32, [UInt8])
    /// The fields after the content. The end of the peer's side follows.
    case trailers(stream: Int32, HTTP2FieldBlock)
    /// The peer's side of a stream has come to its end.
    case end(stream: Int32)
    /// The header section of a request has left: the stream counts as open from now on.
    case opened(stream: Int32)
    /// Content has left.
    case sent(stream: Int32, bytes: Int)
    /// This side of a stream has come to its end.
    case sentEnd(stream: Int32)
    /// Both sides have come to their end, or one has reset the stream.
    case closed(stream: Int32, HTTP2ErrorCode)
    /// The peer takes no streams after this one.
    case goAway(lastStream: Int32, HTTP2ErrorCode)
    /// The peer has answered a ping.
    case pong(UInt64)
    /// The connection is of no more use. Nothing follows.
    case failed(HTTP2ErrorCode, String)
}
