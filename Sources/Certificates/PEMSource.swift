import Glibc

/// Where certificates or a key in PEM format (RFC 7468) come from.
public enum PEMSource: Sendable, Hashable {
    /// A file. It is read when it is needed, and again after it has changed where its user says so.
    case file(String)
    /// The text itself.
    case text(String)

    /// How messages name it.
    package var name: String {
        switch self {
        case .file(let path): path
        case .text: "the PEM text"
        }
    }

    /// The text. Throws `CertificateError` with the code `file`.
    package func read() throws(CertificateError) -> String {
        switch self {
        case .text(let text): text
        case .file(let path): try FileAccess.read(path)
        }
    }
}
