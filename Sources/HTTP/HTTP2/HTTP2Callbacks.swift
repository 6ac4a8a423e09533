import CNghttp2
import HTTPTypes

/// What libnghttp2 calls back. Each function finds its session by the library's user data and lets it note an event.
enum HTTP2Callbacks {
    static func install(in callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, onBeginFrame)
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, onBeginHeaders)
        nghttp2_session_callbacks_set_on_header_callback(callbacks, onHeader)
        nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, onInvalidHeader)
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, onFrame)
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, onContent)
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, onFrameSent)
        nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, onFrameNotSent)
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, onStreamClosed)
    }

    static var dataProvider: nghttp2_data_provider {
        nghttp2_data_provider(source: nghttp2_data_source(ptr: nil), read_callback: readContent)
    }

    /// Whether a frame asks for work and brings nothing. Windows and resets are not counted here: there are as many good
    /// reasons for the first as there is content, and the library counts the second.
    static func isIdle(_ header: nghttp2_frame_hd) -> Bool {
        switch UInt32(header.type) {
        case NGHTTP2_HEADERS.rawValue, NGHTTP2_RST_STREAM.rawValue, NGHTTP2_GOAWAY.rawValue,
            NGHTTP2_WINDOW_UPDATE.rawValue, NGHTTP2_CONTINUATION.rawValue:
            false
        case NGHTTP2_DATA.rawValue:
            header.length == 0 && header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) == 0
        default:
            true
        }
    }
}

/// The session that the library was given as user data.
private func session(_ userData: UnsafeMutableRawPointer?) -> HTTP2Session {
    guard let userData else { preconditionFailure("the library has lost its user data") }
    return Unmanaged<HTTP2Session>.fromOpaque(userData).takeUnretainedValue()
}

extension nghttp2_frame_hd {
    fileprivate var endsStream: Bool { flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 }
    fileprivate var isAcknowledgement: Bool { flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 }
}

// MARK: - Receiving

private let onBeginFrame: nghttp2_on_begin_frame_callback = { _, header, userData in
    guard let header, session(userData).noteFrame(header.pointee) else {
        return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
    }
    return 0
}

private let onBeginHeaders: nghttp2_on_begin_headers_callback = { _, _, userData in
    session(userData).beginHeaders()
    return 0
}

private let onHeader: nghttp2_on_header_callback = { _, _, name, nameLength, value, valueLength, _, userData in
    session(userData).noteField(
        UnsafeBufferPointer(start: name, count: nameLength), UnsafeBufferPointer(start: value, count: valueLength))
    return 0
}

/// The library would leave out a field it does not accept; here it makes the message malformed (RFC 9113 section 8.2.1).
private let onInvalidHeader: nghttp2_on_invalid_header_callback = { _, _, _, _, _, _, _, _ in
    NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
}

private let onFrame: nghttp2_on_frame_recv_callback = { _, frame, userData in
    guard let frame else { return 0 }
    let session = session(userData)
    let header = frame.pointee.hd
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue:
        let block = session.endHeaders()
        let areTrailers = frame.pointee.headers.cat == NGHTTP2_HCAT_HEADERS && block.pseudoCount == 0
        if areTrailers {
            session.note(.trailers(stream: header.stream_id, block))
        } else {
            session.note(.headers(stream: header.stream_id, block, endsStream: header.endsStream))
        }
        if header.endsStream { session.note(.end(stream: header.stream_id)) }
    case NGHTTP2_DATA.rawValue:
        if header.endsStream { session.note(.end(stream: header.stream_id)) }
    case NGHTTP2_PING.rawValue where header.isAcknowledgement:
        let number = withUnsafeBytes(of: frame.pointee.ping.opaque_data) { $0.loadUnaligned(as: UInt64.self) }
        session.note(.pong(UInt64(bigEndian: number)))
    case NGHTTP2_GOAWAY.rawValue:
        let goAway = frame.pointee.goaway
        session.note(.goAway(lastStream: goAway.last_stream_id, HTTP2ErrorCode(rawValue: goAway.error_code)))
    default:
        break
    }
    return 0
}

private let onContent: nghttp2_on_data_chunk_recv_callback = { _, _, stream, bytes, count, userData in
    session(userData).note(.content(stream: stream, Array(UnsafeBufferPointer(start: bytes, count: count))))
    return 0
}

private let onStreamClosed: nghttp2_on_stream_close_callback = { _, stream, code, userData in
    session(userData).noteClosed(stream, HTTP2ErrorCode(rawValue: code))
    return 0
}

// MARK: - Sending

private let onFrameSent: nghttp2_on_frame_send_callback = { _, frame, userData in
    guard let frame else { return 0 }
    let session = session(userData)
    let header = frame.pointee.hd
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue:
        if session.role == .client { session.note(.opened(stream: header.stream_id)) }
        if header.endsStream { session.note(.sentEnd(stream: header.stream_id)) }
    case NGHTTP2_DATA.rawValue:
        if header.endsStream { session.note(.sentEnd(stream: header.stream_id)) }
    case NGHTTP2_GOAWAY.rawValue where frame.pointee.goaway.error_code != NGHTTP2_NO_ERROR.rawValue:
        let goAway = frame.pointee.goaway
        let reason = UnsafeBufferPointer(start: goAway.opaque_data, count: goAway.opaque_data_len)
        session.noteFailure(HTTP2ErrorCode(rawValue: goAway.error_code), String(decoding: reason, as: UTF8.self))
    default:
        break
    }
    return 0
}

/// A request that could not be sent any more has been refused as much as one that the server says so of.
private let onFrameNotSent: nghttp2_on_frame_not_send_callback = { _, frame, _, userData in
    guard let frame, frame.pointee.hd.type == UInt8(NGHTTP2_HEADERS.rawValue) else { return 0 }
    let session = session(userData)
    if session.role == .client { session.noteClosed(frame.pointee.hd.stream_id, .refusedStream) }
    return 0
}

private let readContent: nghttp2_data_source_read_callback = { _, stream, buffer, count, flags, _, userData in
    let space = UnsafeMutableRawBufferPointer(start: buffer, count: count)
    guard let part = session(userData).readContent(stream, into: space) else {
        return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    }
    switch part.end {
    case .none: break
    case .ofStream: flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
    case .ofContent: flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
    }
    return part.count
}
