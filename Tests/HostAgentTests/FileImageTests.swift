import Testing

@testable import HostAgent

@Suite("CRIU's image of open files")
struct FileImageTests {
    private static let magic: [UInt8] = [0x19, 0x43, 0x56, 0x54, 0x38, 0x31, 0x30, 0x56]

    /// An entry as CRIU 4.2 writes it, with its length before it.
    private static func socket(_ inode: Int, state: Int, shutdown: Int? = nil) -> [UInt8] {
        entry { entry in
            entry.integer(1, 4)
            entry.integer(2, inode + 1)
            entry.message(4) { socket in
                for (field, value) in [(1, inode + 1), (2, inode), (3, 2), (4, 1), (5, 6), (6, state), (7, 9000)] {
                    socket.integer(field, value)
                }
                for part in [1, 2, 3, 4] { socket.integer(11, part) }
                socket.message(14) { $0.integer(1, 87380) }
                if let shutdown { socket.integer(19, shutdown) }
                socket.message(20) { $0.flag(2, true) }
            }
        }
    }

    private static func entry(_ build: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        build(&writer)
        return [UInt8(writer.bytes.count & 0xFF), UInt8(writer.bytes.count >> 8), 0, 0] + writer.bytes
    }

    private static func file(_ name: String, isExternal: Bool = false) -> [UInt8] {
        entry { entry in
            entry.integer(1, 1)
            entry.integer(2, 6)
            entry.message(3) { file in
                file.integer(1, 6)
                file.text(6, name)
                if isExternal { file.flag(9, true) }
                file.integer(10, 0o20666)
            }
        }
    }

    @Test("what lies on no mount of the container is restored as a file of its own; all else stays, byte for byte")
    func naming() throws {
        let others = [Self.file("file[19:5]"), Self.socket(9, state: 1), Self.file("/etc/hosts")]
        let image = Self.magic + others[0] + Self.file("file[18:5]", isExternal: true) + others[1] + others[2]
        let expected = Self.magic + others[0] + others[1] + others[2]
        let new = try #require(FileImages.naming("file[18:5]", as: "/dev/null", in: image))
        #expect(!String(decoding: new, as: UTF8.self).contains("file[18:5]"))
        #expect(String(decoding: new, as: UTF8.self).contains("/dev/null"))
        for other in others { #expect(new.contains(other)) }
        #expect(FileImages.naming("file[18:5]", as: "/dev/null", in: expected) == expected)
        #expect(FileImages.naming("file[18:5]", as: "/dev/null", in: Array(image.dropFirst())) == nil)
    }

    private static let file = entry { entry in
        entry.integer(1, 1)
        entry.integer(2, 5)
        entry.message(3) { $0.text(6, String(repeating: "/a", count: 200)) }
    }

    /// The sockets of an image.
    private func sockets(_ image: [UInt8]) throws -> [ProtobufMessage] {
        var rest = image.dropFirst(8)
        var found: [ProtobufMessage] = []
        while let low = rest.first {
            let length = Int(low) | Int(rest[rest.startIndex + 1]) << 8
            let entry = try ProtobufMessage(Array(rest.dropFirst(4).prefix(length)))
            if let socket = try entry.message(4) { found.append(socket) }
            rest = rest.dropFirst(4 + length)
        }
        return found
    }

    @Test("of connections that are over, those in question become open ones; all else stays, byte for byte")
    func opening() throws {
        let others = [Self.socket(7, state: 7, shutdown: 1), Self.file, Self.socket(9, state: 1)]
        let image = Self.magic + others[0] + Self.socket(8, state: 7, shutdown: 1) + others[1] + others[2]
        let new = try #require(FileImages.opening([8, 9, 10], in: image))
        let found = try sockets(new)
        #expect(found.map { $0.integer(6) } == [7, 1, 1])
        #expect(found.map { $0.integer(19) } == [1, nil, nil])
        #expect(found.map { $0.integer(7) } == [9000, 9000, 9000])
        for place in 0..<others.count { #expect(new.contains(others[place])) }
        // Each part of an address is a field of the same number.
        #expect(new.contains([88, 1, 88, 2, 88, 3, 88, 4]))
        #expect(FileImages.opening([10], in: image) == image)
    }

    @Test("what is cut off or no such image is left to CRIU, whatever stands in it", arguments: 0..<100)
    func noise(_: Int) {
        let whole = Self.magic + Self.socket(7, state: 7, shutdown: 1) + Self.file
        for length in 0..<8 { #expect(FileImages.opening([7], in: Array(whole.prefix(length))) == nil) }
        // Reaching the end is what is tested: nothing traps.
        for length in 8..<whole.count { _ = FileImages.opening([7], in: Array(whole.prefix(length))) }
        var broken = whole
        for _ in 0..<3 { broken[Int.random(in: broken.indices)] = UInt8.random(in: 0...255) }
        _ = FileImages.opening([7], in: broken)
        let noise = (0..<40).map { _ in UInt8.random(in: 0...255) }
        _ = FileImages.opening([7], in: Self.magic + [40, 0, 0, 0] + noise)
        _ = FileImages.opening([7], in: Self.magic + noise)
    }
}
