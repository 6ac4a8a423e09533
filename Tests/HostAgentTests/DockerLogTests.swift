import RelocateTesting
import Testing

@testable import HostAgent

@Suite("The files of Docker's logs")
struct DockerLogTests {
    @Test("a log goes with the files that its daemon has set aside, and with nothing else")
    func rotatedFiles() async throws {
        try await TemporaryDirectory.with { directory in
            let dump = DumpDirectory(scratch: directory + "/dump")
            let (source, destination) = (directory + "/one", directory + "/two")
            for folder in [source, destination, dump.path] { try FileTree.make(folder) }
            for name in ["one-json.log", "one-json.log.1", "one-json.log.2.gz", "config.v2.json"] {
                try FileBytes.replace("\(source)/\(name)", with: Array(name.utf8))
            }
            try DockerLog(in: dump).copy(from: DockerLog(path: source + "/one-json.log"))
            #expect(FileTree.names(in: dump.path) == ["docker.log", "docker.log.1", "docker.log.2.gz"])
            try DockerLog(of: "two", in: destination).copy(from: DockerLog(in: dump))
            #expect(FileTree.names(in: destination) == ["two-json.log", "two-json.log.1", "two-json.log.2.gz"])
            #expect(try FileBytes.read(destination + "/two-json.log.1") == Array("one-json.log.1".utf8))
        }
    }

    @Test("a container without a log takes none along")
    func none() async throws {
        try await TemporaryDirectory.with { directory in
            let dump = DumpDirectory(scratch: directory + "/dump")
            try FileTree.make(dump.path)
            try DockerLog(in: dump).copy(from: DockerLog(path: directory + "/gone/gone-json.log"))
            #expect(FileTree.names(in: dump.path).isEmpty)
        }
    }
}
