/// Writes the wire format of protocol buffers, as much of it as the messages of CRIU and containerd need.
struct ProtobufWriter {
    /// What was written so far.
    private(set) var bytes: [UInt8] = []

    mutating func integer(_ field: Int, _ value: Int) {
        key(field, wireType: 0)
        varint(UInt64(bitPattern: Int64(value)))
    }

    mutating func flag(_ field: Int, _ value: Bool) {
        integer(field, value ? 1 : 0)
    }

    mutating func text(_ field: Int, _ value: String) {
        block(field, Array(value.utf8))
    }

    mutating func message(_ field: Int, _ build: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        build(&inner)
        block(field, inner.bytes)
    }

    mutating func block(_ field: Int, _ content: [UInt8]) {
        key(field, wireType: 2)
        varint(UInt64(content.count))
        bytes += content
    }

    private mutating func key(_ field: Int, wireType: Int) {
        varint(UInt64(field << 3 | wireType))
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// Reads the wire format of protocol buffers: the fields of one message, the last of each number winning.
struct ProtobufMessage: Equatable {
    enum Value: Equatable {
        case integer(UInt64)
        case block([UInt8])
    }

    private var fields: [Int: Value] = [:]

    /// - Throws: `ProtobufError` when the bytes end inside a field or hold a wire type nobody uses.
    init(_ bytes: [UInt8]) throws(ProtobufError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let (field, value) = try Self.next(&rest)
            if let value { fields[field] = value }
        }
    }

    /// Where the value of a field stands that is an integer; of several the last.
    static func place(of wanted: Int, in bytes: [UInt8]) throws(ProtobufError) -> Range<Int>? {
        var rest = bytes[...]
        var place: Range<Int>?
        while !rest.isEmpty {
            var value = rest
            _ = try varint(&value)
            guard case (wanted, .integer) = try next(&rest) else { continue }
            place = value.startIndex..<rest.startIndex
        }
        return place
    }

    /// The bytes of a message without some of its fields.
    static func without(_ unwanted: Set<Int>, in bytes: [UInt8]) throws(ProtobufError) -> [UInt8] {
        var rest = bytes[...]
        var kept: [UInt8] = []
        while !rest.isEmpty {
            let whole = rest
            let (field, _) = try next(&rest)
            if !unwanted.contains(field) { kept += whole[..<rest.startIndex] }
        }
        return kept
    }

    /// The next field; its value is `nil` where it is of a kind that nobody asks for.
    private static func next(_ rest: inout ArraySlice<UInt8>) throws(ProtobufError) -> (Int, Value?) {
        let key = try varint(&rest)
        guard let field = Int(exactly: key >> 3) else { throw .malformed }
        switch key & 7 {
        case 0: return (field, .integer(try varint(&rest)))
        case 1: _ = try take(8, &rest)
        case 2: return (field, .block(Array(try take(try varint(&rest), &rest))))
        case 5: _ = try take(4, &rest)
        default: throw .malformed
        }
        return (field, nil)
    }

    /// An integer; 32-bit negative numbers arrive sign-extended and come back negative.
    func integer(_ field: Int) -> Int? {
        guard case .integer(let value) = fields[field] else { return nil }
        return Int(Int64(bitPattern: value))
    }

    func flag(_ field: Int) -> Bool? { integer(field).map { $0 != 0 } }

    func text(_ field: Int) -> String? {
        guard case .block(let bytes) = fields[field] else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    func block(_ field: Int) -> [UInt8]? {
        guard case .block(let bytes) = fields[field] else { return nil }
        return bytes
    }

    func message(_ field: Int) throws(ProtobufError) -> ProtobufMessage? {
        guard case .block(let bytes) = fields[field] else { return nil }
        return try ProtobufMessage(bytes)
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw .malformed }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw .malformed
    }

    private static func take(_ count: UInt64, _ rest: inout ArraySlice<UInt8>) throws(ProtobufError) -> ArraySlice<
        UInt8
    > {
        guard count <= UInt64(rest.count) else { throw .malformed }
        let taken = rest.prefix(Int(count))
        rest = rest.dropFirst(Int(count))
        return taken
    }
}

/// What can be wrong with a message.
enum ProtobufError: Error {
    case malformed
}
