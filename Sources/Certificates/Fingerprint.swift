import COpenSSL

/// The SHA-256 digest of a certificate, which names exactly this one.
///
/// ```swift
/// try Fingerprint(parsing: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
/// ```
public struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
    private let bytes: [UInt8]

    private static let prefix = "sha256:"
    private static let size = 32

    /// Reads `sha256:` and 64 hexadecimal digits of either case, with or without colons between them. Throws
    /// `CertificateError` with the code `invalidFingerprint`.
    public init(parsing text: String) throws(CertificateError) {
        guard text.lowercased().hasPrefix(Self.prefix) else {
            throw CertificateError(
                .invalidFingerprint, "'\(text)' is no fingerprint: it must begin with 'sha256:', as in sha256:9f86d0…")
        }
        let digits = text.utf8.dropFirst(Self.prefix.utf8.count).filter { $0 != UInt8(ascii: ":") }
        guard digits.count == 2 * Self.size else {
            throw CertificateError(
                .invalidFingerprint,
                "'\(text)' is no fingerprint: after 'sha256:' come 64 hexadecimal digits, not \(digits.count)")
        }
        let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard values.count == digits.count else {
            throw CertificateError(
                .invalidFingerprint, "'\(text)' is no fingerprint: after 'sha256:' only hexadecimal digits may follow")
        }
        bytes = stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }

    /// The digest of an `X509`, which is not kept.
    package init(_ certificate: OpaquePointer) {
        var digest = [UInt8](repeating: 0, count: Self.size)
        var count: UInt32 = 0
        let result = X509_digest(certificate, EVP_sha256(), &digest, &count)
        precondition(result == 1 && Int(count) == Self.size, "a certificate always has a SHA-256 digest")
        bytes = digest
    }

    /// `sha256:` and 64 lower-case hexadecimal digits.
    public var description: String {
        Self.prefix + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
