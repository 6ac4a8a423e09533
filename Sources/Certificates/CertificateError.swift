/// What can go wrong with certificates and keys: a code to match on and a sentence for people.
public struct CertificateError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. Codes may be added, so a `switch` over them needs a default.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code as text.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// A file could not be read or written.
        public static let file = Code("file")
        /// The text is no certificate or key in PEM format (RFC 7468).
        public static let notPEM = Code("notPEM")
        /// Certificate and key do not belong together.
        public static let mismatch = Code("mismatch")
        /// The text is no fingerprint.
        public static let invalidFingerprint = Code("invalidFingerprint")
        /// The text is neither a DNS name nor an IP address.
        public static let invalidName = Code("invalidName")
        /// The certificate authority has expired.
        public static let expired = Code("expired")
        /// OpenSSL refused to do something.
        public static let openSSL = Code("openSSL")
    }

    /// The kind of failure.
    public var code: Code
    /// What happened and what would be right, for people.
    public var message: String

    /// An error of this kind.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }

    /// What OpenSSL could not do, and why.
    static func openSSL(_ action: String) -> CertificateError {
        CertificateError(.openSSL, "\(action): \(OpenSSLErrors.take())")
    }
}

extension CertificateError.Code {
    /// Whether an error is a `CertificateError` with this code, so that `catch CertificateError.Code.file` works.
    public static func ~= (code: Self, error: any Error) -> Bool {
        (error as? CertificateError)?.code == code
    }
}
