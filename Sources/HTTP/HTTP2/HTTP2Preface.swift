/// The first bytes of a client that speaks HTTP/2 without asking (RFC 9113 section 3.4). They were chosen so that no
/// server of HTTP/1.1 takes them for a request.
enum HTTP2Preface {
    static let bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    enum Match {
        case none
        /// All bytes so far agree.
        case partial
        case complete
    }

    static func match(_ input: UnsafeRawBufferPointer) -> Match {
        guard bytes.starts(with: input.prefix(bytes.count)) else { return .none }
        return input.count >= bytes.count ? .complete : .partial
    }
}
