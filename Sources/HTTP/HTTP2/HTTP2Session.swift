import CNghttp2
import HTTPTypes

/// The frames, streams, windows and header compression of one HTTP/2 connection, without socket, clock or task. The work is
/// done by libnghttp2; this is the only type that speaks to it.
///
/// Bytes go in by `receive` and come out of `produce`; both return what that meant as events. After anything else has been
/// called there may be something to send, so `produce` is to be called until it has nothing more. The library's callbacks
/// only note events: nothing is done in them that could enter the library again, which it forbids.
///
/// Windows open as content is used (`consume`), never by themselves: that is the whole of back-pressure. The session is
/// confined to the lock of its connection.
final class HTTP2Session {
    enum Role {
        case server
        case client
    }

    /// How the content of a message follows its head.
    enum Content {
        case none
        /// These bytes and no more.
        case bytes([UInt8])
        /// What `write` brings, up to `finish`.
        case written
    }

    let role: Role
    private let messageLimits: MessageLimits
    private var handle: OpaquePointer?
    private var events: [HTTP2Event] = []
    private var outgoing: [Int32: HTTP2OutgoingContent] = [:]
    private let maxContinuations: Int
    private var continuationCount = 0
    private var floodGuard: HTTP2FloodGuard
    private var isFlooded = false
    private var block: HTTP2FieldBlock
    /// Whether a header section has begun to arrive and is not complete.
    private(set) var isInHeaders = false
    private var hasFailed = false

    init(_ role: Role, _ limits: HTTP2Limits, _ messageLimits: MessageLimits, now: MonotonicTime) {
        self.role = role
        self.messageLimits = messageLimits
        block = HTTP2FieldBlock(limits: messageLimits)
        maxContinuations = limits.maxContinuations
        floodGuard = HTTP2FloodGuard(
            burst: limits.controlFrameBurst, perSecond: limits.controlFramesPerSecond, now: now)
        // The library holds `self` without owning it; `deinit` ends the library's session first.
        handle = Self.open(role, limits, userData: Unmanaged.passUnretained(self).toOpaque())
        submitSettings(limits)
    }

    deinit {
        nghttp2_session_del(handle)
    }

    private static func open(_ role: Role, _ limits: HTTP2Limits, userData: UnsafeMutableRawPointer) -> OpaquePointer? {
        var options: OpaquePointer?
        var callbacks: OpaquePointer?
        var session: OpaquePointer?
        guard nghttp2_option_new(&options) == 0, nghttp2_session_callbacks_new(&callbacks) == 0 else {
            preconditionFailure("no memory for an HTTP/2 session")
        }
        defer {
            nghttp2_option_del(options)
            nghttp2_session_callbacks_del(callbacks)
        }
        nghttp2_option_set_no_auto_window_update(options, 1)
        nghttp2_option_set_no_closed_streams(options, 1)
        nghttp2_option_set_stream_reset_rate_limit(
            options, UInt64(max(1, limits.resetBurst)), UInt64(max(1, limits.resetsPerSecond)))
        // The library counts each attempt to read the nine bytes of a frame's header; `noteFrame` counts frames.
        nghttp2_option_set_max_continuations(options, 9 * (max(1, limits.maxContinuations) + 1))
        // The library reckons with 12 bytes more for each field; `HTTP2Fields` counts 32.
        nghttp2_option_set_max_send_header_block_length(options, HTTP2Fields.limit + 1024)
        HTTP2Callbacks.install(in: callbacks)
        let result =
            switch role {
            case .server: nghttp2_session_server_new2(&session, callbacks, userData, options)
            case .client: nghttp2_session_client_new2(&session, callbacks, userData, options)
            }
        guard result == 0 else { preconditionFailure("no memory for an HTTP/2 session") }
        return session
    }

    /// Each side's first frame. Priorities of RFC 7540 are declined, as is pushing.
    private func submitSettings(_ limits: HTTP2Limits) {
        var settings = [
            nghttp2_settings_entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindow),
            nghttp2_settings_entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, messageLimits.headBytes),
            nghttp2_settings_entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
        ]
        switch role {
        case .server:
            settings.append(
                nghttp2_settings_entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.maxConcurrentStreams))
        case .client:
            settings.append(nghttp2_settings_entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        }
        nghttp2_submit_settings(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count)
        nghttp2_session_set_local_window_size(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Int32(clamping: limits.connectionWindow))
    }

    // MARK: - Bytes

    /// Takes all of these bytes.
    func receive(_ bytes: UnsafeRawBufferPointer, now: MonotonicTime) -> [HTTP2Event] {
        guard !hasFailed else { return [] }
        floodGuard.refill(now)
        let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        let result = nghttp2_session_mem_recv(handle, start, bytes.count)
        if isFlooded {
            fail(.enhanceYourCalm, "the peer sends too many frames that ask for work and bring nothing")
        } else if result < 0 {
            let isFlood = result == Int(NGHTTP2_ERR_FLOODED.rawValue)
            fail(isFlood ? .enhanceYourCalm : .protocolError, String(cString: nghttp2_strerror(Int32(result))))
        }
        return takeEvents()
    }

    /// The next bytes to be sent, about `limit` of them; none if there is nothing to send now.
    func produce(upTo limit: Int) -> (bytes: [UInt8], events: [HTTP2Event]) {
        var bytes: [UInt8] = []
        while bytes.count < limit {
            var next: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(handle, &next)
            guard count > 0, let next else {
                if count < 0 { fail(.internalError, String(cString: nghttp2_strerror(Int32(count)))) }
                break
            }
            bytes.append(contentsOf: UnsafeBufferPointer(start: next, count: count))
        }
        return (bytes, takeEvents())
    }

    /// Whether the connection has come to its end, once all bytes produced have been sent.
    var isFinished: Bool {
        nghttp2_session_want_write(handle) == 0 && (hasFailed || nghttp2_session_want_read(handle) == 0)
    }

    private func fail(_ code: HTTP2ErrorCode, _ reason: String) {
        guard !hasFailed else { return }
        noteFailure(code, reason)
        terminate(code)
    }

    private func takeEvents() -> [HTTP2Event] {
        defer { events = [] }
        return events
    }

    // MARK: - Messages

    /// Begins a request; nil if the connection takes no more of them. It waits by itself while the server has as many as
    /// it allows.
    func submitRequest(_ fields: HTTP2Fields, _ content: Content) -> Int32? {
        guard !hasFailed, nghttp2_session_check_request_allowed(handle) != 0 else { return nil }
        let stream = submit(content, fields) { nghttp2_submit_request(handle, nil, $0.baseAddress, $0.count, $1, nil) }
        guard stream > 0 else { return nil }
        begin(content, stream)
        return stream
    }

    /// Answers a request. Answers take turns, so that a large one does not hold up the others.
    func submitResponse(_ stream: Int32, _ fields: HTTP2Fields, _ content: Content) {
        begin(content, stream)
        var turns = nghttp2_extpri(urgency: UInt32(NGHTTP2_EXTPRI_DEFAULT_URGENCY), inc: 1)
        nghttp2_session_change_extpri_stream_priority(handle, stream, &turns, 1)
        _ = submit(content, fields) { nghttp2_submit_response(handle, stream, $0.baseAddress, $0.count, $1) }
    }

    /// Tells the client to send its content (RFC 9110 section 15.2.1).
    func submitContinue(_ stream: Int32) {
        HTTP2Fields.interim(100).withNameValues { fields in
            _ = nghttp2_submit_headers(
                handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, nil, fields.baseAddress, fields.count, nil)
        }
    }

    private func submit(
        _ content: Content, _ fields: HTTP2Fields,
        _ submit: (UnsafeBufferPointer<nghttp2_nv>, UnsafePointer<nghttp2_data_provider>?) -> Int32
    ) -> Int32 {
        fields.withNameValues { fields in
            if case .none = content { return submit(fields, nil) }
            var provider = HTTP2Callbacks.dataProvider
            return submit(fields, &provider)
        }
    }

    private func begin(_ content: Content, _ stream: Int32) {
        switch content {
        case .none: break
        case .bytes(let bytes): outgoing[stream] = HTTP2OutgoingContent(bytes)
        case .written: outgoing[stream] = HTTP2OutgoingContent()
        }
    }

    /// Appends to the content of a stream.
    func write(_ bytes: [UInt8], _ stream: Int32) {
        outgoing[stream]?.append(bytes)
        // That there is nothing to resume is no error: it has been resumed before.
        nghttp2_session_resume_data(handle, stream)
    }

    /// Keeps fields that are to follow the content of a stream.
    func setTrailers(_ fields: HTTP2Fields, _ stream: Int32) {
        outgoing[stream]?.trailers = fields.isEmpty ? nil : fields
    }

    /// Ends the content of a stream.
    func finish(_ stream: Int32) {
        outgoing[stream]?.finish()
        nghttp2_session_resume_data(handle, stream)
    }

    /// How much of a stream's content has not left yet.
    func unsentCount(_ stream: Int32) -> Int {
        outgoing[stream]?.count ?? 0
    }

    // MARK: - Streams and windows

    func reset(_ stream: Int32, _ code: HTTP2ErrorCode) {
        nghttp2_submit_rst_stream(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, code.rawValue)
    }

    /// So much of the content received on a stream has been used: the peer may send as much again. A stream that exists no
    /// more still counts against the connection's window until then.
    func consume(_ count: Int, _ stream: Int32) {
        guard count > 0 else { return }
        nghttp2_session_consume(handle, stream, count)
    }

    // MARK: - The connection

    func ping(_ number: UInt64) {
        withUnsafeBytes(of: number.bigEndian) { bytes in
            _ = nghttp2_submit_ping(
                handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
        }
    }

    /// Tells clients that the end is near, while requests that are on their way are still taken (RFC 9113 section 6.8).
    func announceShutdown() {
        nghttp2_submit_shutdown_notice(handle)
    }

    /// Takes no further streams. Those there are go on.
    func goAway(_ code: HTTP2ErrorCode = .noError) {
        nghttp2_submit_goaway(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(handle), code.rawValue,
            nil, 0)
    }

    /// Ends everything as soon as the peer has been told why.
    func terminate(_ code: HTTP2ErrorCode) {
        nghttp2_session_terminate_session(handle, code.rawValue)
    }

    // MARK: - What the callbacks note

    func note(_ event: HTTP2Event) {
        events.append(event)
    }

    /// Returns whether the frame may be looked at. After one that may not the session has failed.
    func noteFrame(_ header: nghttp2_frame_hd) -> Bool {
        if header.type == UInt8(NGHTTP2_CONTINUATION.rawValue) {
            continuationCount += 1
        } else {
            isInHeaders = false
            continuationCount = 0
        }
        isFlooded = continuationCount > maxContinuations || (HTTP2Callbacks.isIdle(header) && !floodGuard.take())
        return !isFlooded
    }

    func beginHeaders() {
        isInHeaders = true
        block = HTTP2FieldBlock(limits: messageLimits)
    }

    func noteField(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        block.append(name, value)
    }

    /// The header section that is complete now.
    func endHeaders() -> HTTP2FieldBlock {
        isInHeaders = false
        return block
    }

    /// The connection has failed, and the peer is told so.
    func noteFailure(_ code: HTTP2ErrorCode, _ reason: String) {
        guard !hasFailed else { return }
        hasFailed = true
        events.append(.failed(code, reason))
    }

    func noteClosed(_ stream: Int32, _ code: HTTP2ErrorCode) {
        outgoing[stream] = nil
        events.append(.closed(stream: stream, code))
    }

    /// What a DATA frame ends.
    enum End {
        case none
        /// The content; its trailers follow.
        case ofContent
        case ofStream
    }

    /// Fills a DATA frame. Nil if the content goes on but there is none now.
    func readContent(_ stream: Int32, into buffer: UnsafeMutableRawBufferPointer) -> (count: Int, end: End)? {
        guard let count = outgoing[stream]?.read(into: buffer), let content = outgoing[stream] else {
            return (0, .ofStream)
        }
        let isLast = content.isComplete && content.count == 0
        guard count > 0 || isLast else { return nil }
        if count > 0 { events.append(.sent(stream: stream, bytes: count)) }
        guard isLast else { return (count, .none) }
        return (count, submitTrailers(content, stream) ? .ofContent : .ofStream)
    }

    /// This is the one thing that the library wants to be entered for from a callback.
    private func submitTrailers(_ content: HTTP2OutgoingContent, _ stream: Int32) -> Bool {
        guard let trailers = content.trailers else { return false }
        return trailers.withNameValues { nghttp2_submit_trailer(handle, stream, $0.baseAddress, $0.count) } == 0
    }
}

extension nghttp2_settings_entry {
    fileprivate init(_ setting: nghttp2_settings_id, _ value: Int) {
        self.init(settings_id: Int32(setting.rawValue), value: UInt32(clamping: value))
    }
}
