import HTTPTypes

/// A received header section: the bytes of all names and values, and where in them each lies.
///
/// The size counts as RFC 9113 section 6.5.2 says, 32 bytes for each field included. What exceeds a limit is not kept:
/// it must still be decoded, because it changes the state of the compression, but it costs no memory.
struct HTTP2FieldBlock: Sendable {
    private static let overhead = 32

    private let limits: MessageLimits
    private var size = 0
    private(set) var bytes: [UInt8] = []
    private(set) var fields: [FieldLine] = []
    /// How many of the fields, the first ones, are pseudo-fields.
    private(set) var pseudoCount = 0
    private(set) var isTooLarge = false

    init(limits: MessageLimits) {
        self.limits = limits
    }

    mutating func append(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        size += name.count + value.count + Self.overhead
        let isPseudo = name.first == UInt8(ascii: ":")
        guard size <= limits.headBytes, isPseudo || fields.count - pseudoCount < limits.fieldCount else {
            isTooLarge = true
            return
        }
        let start = bytes.count
        bytes.append(contentsOf: name)
        let middle = bytes.count
        bytes.append(contentsOf: value)
        fields.append(FieldLine(name: start..<middle, value: middle..<bytes.count))
        if isPseudo { pseudoCount += 1 }
    }
}

extension HTTP2FieldBlock {
    /// The trailers that these are. Throws `HTTPError` with the code `headersTooLarge` if they are more than the limit
    /// allows, and with `badRequest` if HTTP/1.1 would not have them.
    func trailers() throws(HTTPError) -> HTTPFields {
        guard !isTooLarge, bytes.count <= limits.trailerBytes else {
            throw HTTPError(.headersTooLarge, "the trailer fields are larger than \(limits.trailerBytes) bytes")
        }
        return try ordinaryFields()
    }

    /// All fields but the pseudo-fields. Throws `HTTPError` with the code `badRequest` if HTTP/1.1 would not have them.
    func ordinaryFields() throws(HTTPError) -> HTTPFields {
        var result = HTTPFields()
        result.reserveCapacity(fields.count)
        for field in fields[pseudoCount...] {
            let name = HTTPField.Name(String(decoding: bytes[field.name], as: UTF8.self))
            let value = bytes[field.value]
            guard let name, value.allSatisfy(Characters.isFieldValue) else {
                throw HTTPError(.badRequest, "there is a field that HTTP does not allow")
            }
            result.append(HTTPField(name: name, value: value))
        }
        return result
    }
}

extension FieldLine {
    init(name: Range<Int>, value: Range<Int>) {
        nameStart = UInt32(name.lowerBound)
        nameEnd = UInt32(name.upperBound)
        valueStart = UInt32(value.lowerBound)
        valueEnd = UInt32(value.upperBound)
    }
}
