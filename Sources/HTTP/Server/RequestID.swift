import Synchronization

/// Names requests in logs and error responses.
enum RequestID {
    private static let prefix = String(UInt32.random(in: .min ... .max), radix: 16)
    private static let counter = Atomic<UInt64>(0)

    static func next() -> UInt64 {
        counter.wrappingAdd(1, ordering: .relaxed).newValue
    }

    static func make(_ number: UInt64) -> String {
        "\(prefix)-\(String(number, radix: 16))"
    }

    /// The client's own name for its request, if it is harmless.
    static func given(_ head: RequestHead) -> String? {
        guard let value = head.firstValue("x-request-id"), (1...128).contains(value.count),
            value.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        return String(decoding: value, as: UTF8.self)
    }
}
