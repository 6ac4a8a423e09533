import FleetModel
import Glibc
import SystemSupport

extension OutputLog {
    /// The last bytes, invalid UTF-8 replaced. They begin with a whole line, unless a single line is longer.
    ///
    /// A last line that has no end yet may be one that is being written down this moment. It is shown when nothing was
    /// added for a quarter of a second, and left out when that does not come to be.
    func tail(_ count: Int) async throws(StepFailure) -> String {
        var look = try await look(count)
        var unchanged = 0
        for _ in 0..<40 where !look.isWhole && unchanged < 10 {
            do { try await Task.sleep(for: .milliseconds(25)) } catch { break }
            let next = try await self.look(count)
            unchanged = next == look ? unchanged + 1 : 0
            look = next
        }
        if !look.isWhole, unchanged < 10 { look.leaveOutLastLine() }
        return OutputTail.text(of: look.bytes, last: count, isCut: look.isCut)
    }

    /// What the files hold at one moment.
    private struct Look: Equatable, Sendable {
        var bytes: [UInt8]
        /// Whether there was more in front of it once.
        var isCut: Bool

        private static let newline = UInt8(ascii: "\n")

        /// Whether the last line has its end.
        var isWhole: Bool { bytes.isEmpty || bytes.last == Self.newline }

        mutating func leaveOutLastLine() {
            guard let end = bytes.lastIndex(of: Self.newline) else { return }
            bytes.removeSubrange((end + 1)...)
        }
    }

    private func look(_ count: Int) async throws(StepFailure) -> Look {
        try await onOwnThread { () throws(StepFailure) in try read(count) }
    }

    /// As many files as hold the last bytes, and one byte more, which tells whether the rest begins with a line.
    ///
    /// They are without a gap, whatever is written and removed meanwhile. The newest file is read first: an older one
    /// is whole when there is a newer one. The oldest are removed first, so behind one that is gone there is nothing.
    private func read(_ count: Int) throws(StepFailure) -> Look {
        var pieces: [[UInt8]] = []
        var total = 0
        var isCut = false
        for name in files().reversed() {
            guard total <= count else { break }
            let path = "\(directory)/\(name)"
            let file: OwnedDescriptor
            do throws(StepFailure) {
                file = try OwnedDescriptor.open(path, O_RDONLY)
            } catch {
                guard FileTree.exists(path) else { break }
                throw error
            }
            let bytes = try FileBytes.read(file, name: path)
            pieces.append(bytes)
            total += bytes.count
            isCut = Self.number(of: name).map { $0 > 1 } ?? (name == Self.oldNames[0])
        }
        return Look(bytes: Array(pieces.reversed().joined()), isCut: isCut)
    }

    /// What earlier versions wrote into, the older first.
    private static let oldNames = ["log.1", "log"]

    private static func number(of name: String) -> Int? {
        guard name.hasPrefix("log-") else { return nil }
        return Int(name.dropFirst("log-".count))
    }

    /// The names of the files, the oldest first. A list that was made while files were added may lack one in the middle,
    /// and then another is made.
    private func files() -> [String] {
        var names: [String] = []
        for _ in 0..<10 {
            let present = FileTree.names(in: directory)
            let numbered = present.filter { Self.number(of: $0) != nil }
            names = Self.oldNames.filter(present.contains) + numbered
            let numbers = numbered.compactMap(Self.number)
            if zip(numbers, numbers.dropFirst()).allSatisfy({ $0 + 1 == $1 }) { break }
        }
        return names
    }
}
