import HTTP

/// What a command was given: `--name value`, again and again.
struct Options: Sendable {
    private var values: [String: String] = [:]

    init(_ arguments: some Sequence<String>) throws(UsageError) {
        var iterator = arguments.makeIterator()
        while let name = iterator.next() {
            guard name.hasPrefix("--"), let value = iterator.next() else {
                throw UsageError("'\(name)' is not understood")
            }
            values[String(name.dropFirst(2))] = value
        }
    }

    func text(_ name: String) throws(UsageError) -> String {
        guard let value = values[name] else { throw UsageError("--\(name) is missing") }
        return value
    }

    func number(_ name: String, _ range: ClosedRange<Int>) throws(UsageError) -> Int {
        guard let number = Int(try text(name)), range.contains(number) else {
            throw UsageError("--\(name) must be \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A port of this machine.
    func endpoint(_ name: String) throws(UsageError) -> Endpoint {
        .tcp(host: "127.0.0.1", port: try number(name, 1...65535))
    }
}

/// A command that makes no sense.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
