import FleetModel

extension Desk {
    /// A root file system of one program, as a tar archive (POSIX.1-1988, ustar).
    static let rootFileSystem: [UInt8] = archive(of: [("bin/run", Array("#!/bin/sh\n".utf8))])

    /// A tar archive of programs.
    static func archive(of files: [(path: String, content: [UInt8])]) -> [UInt8] {
        var archive: [UInt8] = []
        for file in files {
            archive += header(file.path, file.content.count)
            archive += file.content
            archive += [UInt8](repeating: 0, count: (512 - file.content.count % 512) % 512)
        }
        archive += [UInt8](repeating: 0, count: 1024)
        return archive
    }

    private static func header(_ path: String, _ size: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: Array(text.utf8))
        }
        func octal(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        put(path, at: 0)
        put(octal(0o755, 7), at: 100)
        for offset in [108, 116] { put(octal(0, 7), at: offset) }
        put(octal(size, 11), at: 124)
        put(octal(1_700_000_000, 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6), at: 148)
        header[154] = 0
        return header
    }

    /// Imports the image `test`, a root file system without a command of its own.
    @discardableResult
    func importImage(_ name: String = "test") async throws -> Answer {
        try await send(
            .post, "/v1/images?name=\(name)", Self.rootFileSystem, [.contentType: "application/x-tar"])
    }
}
