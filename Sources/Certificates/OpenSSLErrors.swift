import COpenSSL

/// The errors that OpenSSL has noted for this thread.
package enum OpenSSLErrors {
    /// Forgets errors of earlier calls, which would be mistaken for those of the next one.
    package static func clear() {
        ERR_clear_error()
    }

    /// All reasons in words, the first cause first. There are none afterwards.
    package static func take() -> String {
        var reasons: [String] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { break }
            let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        return reasons.isEmpty ? "OpenSSL gives no reason" : reasons.joined(separator: ", ")
    }
}
