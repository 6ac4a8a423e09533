import Glibc
import HTTPTypes

/// What can go wrong in this module: a code to match on, a sentence for people, and the cause where there is one.
///
/// ```swift
/// do { … } catch HTTPError.Code.timeout { … }
/// ```
public struct HTTPError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. Codes may be added, so a `switch` over them needs a default.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code as text, the same in logs and problems.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The bytes received are no valid HTTP message (RFC 9112 section 2.2).
        public static let badRequest = Code("badRequest")
        /// The request target is longer than the limit (RFC 9110 section 15.5.15).
        public static let uriTooLong = Code("uriTooLong")
        /// The header section is larger than the limit (RFC 6585 section 5).
        public static let headersTooLarge = Code("headersTooLarge")
        /// The content is larger than the limit (RFC 9110 section 15.5.14).
        public static let payloadTooLarge = Code("payloadTooLarge")
        /// The method is not known to this server (RFC 9110 section 15.6.2).
        public static let methodNotImplemented = Code("methodNotImplemented")
        /// A transfer coding other than chunked (RFC 9112 section 6.1).
        public static let transferCodingNotImplemented = Code("transferCodingNotImplemented")
        /// A version other than HTTP/1.0 and HTTP/1.1 (RFC 9110 section 15.6.6).
        public static let versionNotSupported = Code("versionNotSupported")
        /// An expectation other than 100-continue (RFC 9110 section 15.5.18).
        public static let expectationFailed = Code("expectationFailed")
        /// The client ended in the middle of its request (RFC 9112 section 8).
        public static let incompleteRequest = Code("incompleteRequest")
        /// The client took too long to send its request (RFC 9110 section 15.5.9).
        public static let requestTimeout = Code("requestTimeout")
        /// The other side closed the connection, or it broke.
        public static let connectionClosed = Code("connectionClosed")
        /// The other side does not read what is sent to it.
        public static let writeStalled = Code("writeStalled")
        /// The task was cancelled.
        public static let cancelled = Code("cancelled")
        /// The connection could not be opened.
        public static let connectFailed = Code("connectFailed")
        /// The other side did not answer in time.
        public static let timeout = Code("timeout")
        /// The bytes received are no valid HTTP response.
        public static let invalidResponse = Code("invalidResponse")
        /// An address could not be read or resolved.
        public static let invalidAddress = Code("invalidAddress")
        /// Another process listens on the address.
        public static let addressInUse = Code("addressInUse")
        /// A system call failed.
        public static let system = Code("system")
        /// A body may be read only once.
        public static let bodyAlreadyRead = Code("bodyAlreadyRead")
        /// A body had more or fewer bytes than its declared length.
        public static let bodyLengthMismatch = Code("bodyLengthMismatch")
        /// A header field contains characters that HTTP does not allow.
        public static let invalidHeader = Code("invalidHeader")
        /// A TLS connection could not be set up or broke, or certificates and keys for it cannot be used.
        public static let tlsFailed = Code("tlsFailed")
        /// The handler of a request took too long (RFC 9110 section 15.6.4).
        public static let handlerTimeout = Code("handlerTimeout")
        /// The server is shutting down.
        public static let shuttingDown = Code("shuttingDown")
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, for people.
    public var message: String
    /// The error that led to this one.
    public var cause: (any Error)?

    /// An error of this kind.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The code, the message and the cause.
    public var description: String {
        guard let cause else { return "\(code): \(message)" }
        return "\(code): \(message) (cause: \(cause))"
    }

    /// A failed system call, with what it was meant to do.
    static func system(_ action: String, errno number: Int32 = errno) -> HTTPError {
        HTTPError(.system, "\(action): \(String(cString: strerror(number)))", cause: SystemError(number: number))
    }
}

/// The errno of a failed system call.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The errno.
    public var number: Int32

    /// What the system calls it.
    public var description: String { "\(String(cString: strerror(number))) (errno \(number))" }
}

extension HTTPError.Code {
    /// Whether an error is an `HTTPError` with this code, so that `catch HTTPError.Code.timeout` works.
    public static func ~= (code: Self, error: any Error) -> Bool {
        (error as? HTTPError)?.code == code
    }
}

extension HTTPError {
    static var handlerTimedOut: HTTPError {
        HTTPError(.handlerTimeout, "the request took too long; try again later")
    }

    /// The client has gone before all of its content had come.
    static var contentCut: HTTPError {
        HTTPError(.incompleteRequest, "the client ended in the middle of the content")
    }

    /// The status with which a server answers a request that failed so.
    var status: HTTPResponse.Status {
        switch code {
        case .badRequest, .incompleteRequest, .bodyLengthMismatch: .badRequest
        case .requestTimeout: .requestTimeout
        case .payloadTooLarge: .contentTooLarge
        case .uriTooLong: .uriTooLong
        case .expectationFailed: .expectationFailed
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .methodNotImplemented, .transferCodingNotImplemented: .notImplemented
        case .versionNotSupported: .httpVersionNotSupported
        case .handlerTimeout, .shuttingDown: .serviceUnavailable
        default: .internalServerError
        }
    }
}
