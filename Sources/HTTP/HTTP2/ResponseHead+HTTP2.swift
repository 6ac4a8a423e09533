import HTTPTypes

extension ResponseHead {
    /// The status of an interim answer or of a final one (RFC 9113 section 8.3.2); nil if there is no valid one.
    static func status(of block: HTTP2FieldBlock) -> Int? {
        guard block.pseudoCount == 1 else { return nil }
        let field = block.fields[0]
        return block.bytes.withUnsafeBytes { bytes in
            guard Characters.equals(bytes[field.name], ":status"), field.value.count == 3,
                let code = Characters.decimal(bytes[field.value]), (100...599).contains(code)
            else { return nil }
            return code
        }
    }

    /// Reads the header section of a final answer, as strictly as one of HTTP/1.1.
    init(_ block: HTTP2FieldBlock, status: Int, hasContent: Bool, limits: MessageLimits) throws(HTTPError) {
        guard !block.isTooLarge else {
            throw HTTPError(
                .invalidResponse,
                "the answer's header section has more than \(limits.fieldCount) fields or \(limits.headBytes) bytes")
        }
        do throws(HTTPError) {
            let fields = try block.ordinaryFields()
            self.init(status: status, fields: fields, keepsAlive: true, hasContent: hasContent)
        } catch {
            throw HTTPError(.invalidResponse, error.message)
        }
        guard let text = fields[.contentLength] else { return }
        guard let length = Int(text), length >= 0 else {
            throw HTTPError(.invalidResponse, "the answer's Content-Length is no number")
        }
        guard length <= limits.bodyBytes else {
            throw HTTPError(.payloadTooLarge, "the answer is larger than \(limits.bodyBytes) bytes")
        }
    }
}
