import RelocateTesting
import Testing

@testable import HostAgent

@Suite("The entries of CRIU's images")
struct ImageEntryTests {
    /// As CRIU 4.2 begins its statistics.
    private static let statistics: [UInt8] = [0x40, 0x59, 0x10, 0x55, 0x06, 0x33, 0x09, 0x57]

    @Test("entries are read one after the other, and what follows them is not touched")
    func entries() throws {
        let image = ImageEntries.Kind.files.magic + ImageEntries.whole([1, 2, 3]) + ImageEntries.whole([]) + [9, 9]
        var entries = try #require(ImageEntries(image, of: .files))
        let found = [entries.next(), entries.next(), entries.next()]
        #expect(found == [[1, 2, 3], [], nil])
        #expect(Array(entries.rest) == [9, 9])
    }

    @Test("an image that is cut off, or of another kind, has none", arguments: 0..<15)
    func cut(_ count: Int) {
        let image = ImageEntries.Kind.connection.magic + ImageEntries.whole([1, 2, 3])
        var entries = ImageEntries(Array(image.prefix(count)), of: .connection)
        let entry = entries?.next()
        #expect(entry == nil)
        #expect(ImageEntries(image, of: .networkNamespace) == nil)
    }

    @Test("an entry that says it is longer than anything is none")
    func long() throws {
        let image = ImageEntries.Kind.files.magic + [0xFF, 0xFF, 0xFF, 0xFF, 1]
        var entries = try #require(ImageEntries(image, of: .files))
        let entry = entries.next()
        #expect(entry == nil)
    }

    @Test("how long a container was frozen stands in CRIU's statistics, and in nothing else")
    func frozen() async throws {
        try await TemporaryDirectory.with { folder in
            var entry = ProtobufWriter()
            entry.message(1) { dump in
                dump.integer(1, 1500)
                dump.integer(2, 2000)
            }
            try FileBytes.replace("\(folder)/stats-dump", with: Self.statistics + ImageEntries.whole(entry.bytes))
            #expect(CriuStatistics.frozenMilliseconds(in: folder) == 3.5)
            try FileBytes.replace(
                "\(folder)/stats-dump", with: ImageEntries.Kind.files.magic + ImageEntries.whole(entry.bytes))
            #expect(CriuStatistics.frozenMilliseconds(in: folder) == nil)
        }
    }
}
