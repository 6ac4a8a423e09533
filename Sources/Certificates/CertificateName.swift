import COpenSSL
import Glibc

/// A name of a server as a certificate carries it.
public enum CertificateName: Sendable, Hashable, CustomStringConvertible {
    /// A DNS name in lower case, perhaps with `*` as its first label.
    case dns(String)
    /// An IPv4 or IPv6 address, in the form of `inet_ntop`.
    case ip(String)

    /// Reads a DNS name or an IP address. Throws `CertificateError` with the code `invalidName`.
    public init(parsing text: String) throws(CertificateError) {
        if let address = Self.address(text) {
            self = .ip(address)
            return
        }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253,
            labels.enumerated().allSatisfy({ Self.isLabel($1, mayBeWildcard: $0 == 0 && labels.count > 1) })
        else {
            throw CertificateError(
                .invalidName,
                "'\(text)' is neither a DNS name (letters, digits and hyphens between dots) nor an IP address")
        }
        self = .dns(text.lowercased())
    }

    /// Reads a name out of a certificate; nil for the kinds that do not concern servers.
    init?(type: Int32, _ value: UnsafePointer<ASN1_STRING>) {
        let bytes = UnsafeBufferPointer(start: ASN1_STRING_get0_data(value), count: Int(ASN1_STRING_length(value)))
        switch type {
        case GEN_DNS:
            self = .dns(String(decoding: bytes, as: UTF8.self))
        case GEN_IPADD where bytes.count == 4 || bytes.count == 16:
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes.baseAddress, &text, socklen_t(text.count))
            self = .ip(Self.string(text))
        default:
            return nil
        }
    }

    /// The name alone.
    public var description: String {
        switch self {
        case .dns(let name), .ip(let name): name
        }
    }

    /// The name as OpenSSL's extension for alternative names wants it.
    var alternativeName: String {
        switch self {
        case .dns(let name): "DNS:\(name)"
        case .ip(let address): "IP:\(address)"
        }
    }

    /// The canonical form of an IP address; nil if it is none.
    private static func address(_ text: String) -> String? {
        for family in [AF_INET, AF_INET6] {
            var bytes = in6_addr()
            guard inet_pton(family, text, &bytes) == 1 else { continue }
            var canonical = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            inet_ntop(family, &bytes, &canonical, socklen_t(canonical.count))
            return string(canonical)
        }
        return nil
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func isLabel(_ label: Substring, mayBeWildcard: Bool) -> Bool {
        if mayBeWildcard, label == "*" { return true }
        guard (1...63).contains(label.utf8.count), !label.hasPrefix("-"), !label.hasSuffix("-") else { return false }
        return label.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}
