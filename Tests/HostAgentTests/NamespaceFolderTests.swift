import CNetlink
import Glibc
import Testing

@testable import HostAgent

@Suite("The folder of namespaces", .enabled(if: mayChangeNetworks, "making mounts needs root"))
struct NamespaceFolderTests {
    @Test("a namespace made before ip's first one can still be removed after it")
    func sharedWithIP() async throws {
        let folder = "/run/rl-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        defer {
            umount2(folder, linux_unmount_detach)
            rmdir(folder)
        }
        try NetworkNamespace.prepareSharedFolder(folder)
        try NetworkNamespace.prepareSharedFolder(folder)
        #expect(try mounts(at: folder) == 1)

        let namespace = NetworkNamespace(path: folder + "/one")
        try await namespace.create()
        try NetworkNamespace.prepareSharedFolder(folder)
        #expect(namespace.exists)
        try namespace.remove()
        #expect(access(namespace.path, F_OK) != 0)
    }

    private func mounts(at path: String) throws -> Int {
        // Foundation takes a short read for the end, and the kernel gives such a table in pieces.
        let table = try #require(FactFiles().text("/proc/self/mountinfo"))
        return table.split(separator: "\n").filter { $0.split(separator: " ")[4] == path[...] }.count
    }
}
