import FleetModel
import Foundation

/// Writes a line of JSON to the standard output.
func report(_ value: some Encodable) {
    do {
        let line = try FleetJSON.encode(value)
        FileHandle.standardOutput.write(Data(line + [UInt8(ascii: "\n")]))
    } catch {
        complain("\(error)")
    }
}

/// Writes a line to the standard error.
func complain(_ words: String) { FileHandle.standardError.write(Data((words + "\n").utf8)) }

/// What many durations have in common, in milliseconds.
struct Percentiles: Encodable, Sendable {
    var count = 0
    var p50 = 0.0
    var p99 = 0.0
    var longest = 0.0

    init(_ milliseconds: [Double] = []) {
        let sorted = milliseconds.sorted()
        guard let last = sorted.last else { return }
        count = sorted.count
        p50 = sorted[count / 2]
        p99 = sorted[min(count - 1, count * 99 / 100)]
        longest = last
    }
}
