import FleetModel
import Glibc
import RelocateTesting
import Testing

@testable import HostAgent

@Suite("Who a container's users are on a host")
struct IdentityTests {
    private func stay(_ number: Int) throws -> Stay { Stay(container: try ContainerName("c\(number)"), arrival: nil) }

    @Test(
        "no two containers have an id in common, none has one of the host's users, and one that is over leaves its own")
    func ranges() throws {
        let ranges = IDRanges()
        let known = IDRange(base: IDRange.bases[7])
        ranges.note(known, of: try stay(0))
        var bases: Set<UInt32> = [known.base]
        for number in 1..<IDRange.bases.count {
            let range = try ranges.take(for: try stay(number))
            #expect(range.base >= 0x7000_0000 && range.base.isMultiple(of: IDRange.count))
            #expect(bases.insert(range.base).inserted)
        }
        let failure = #expect(throws: StepFailure.self) { try ranges.take(for: try stay(-1)) }
        #expect(failure?.code == .resourceExhausted)
        ranges.giveBack(of: try stay(0))
        #expect(try ranges.take(for: try stay(-1)) == known)
    }

    @Test("CRIU is told of the ids in the way in which it writes them down")
    func image() {
        // userns-14.img of CRIU 4.2 of a container with the ids from 100000 on: two maps of one extent.
        let extent: [UInt8] = [8, 0, 16, 160, 141, 6, 24, 128, 128, 4]
        let entry = [10, UInt8(extent.count)] + extent + [18, UInt8(extent.count)] + extent
        let image: [UInt8] = [0x19, 0x43, 0x56, 0x54, 0x06, 0x49, 0x47, 0x55, UInt8(entry.count), 0, 0, 0] + entry
        #expect(IdentityImages.image(of: IDRange(base: 100_000)) == image)
    }

    @Test("a network namespace that CRIU took for its own is made anew; all else of the image stays")
    func inventory() throws {
        // inventory.img of CRIU 4.2, in which the network namespace is number 4.
        let ids: [UInt8] = [8, 1, 16, 1, 24, 1, 32, 1, 40, 1, 48, 4, 56, 3, 64, 4, 72, 6, 80, 7, 88, 8, 96, 5]
        let entry: [UInt8] = [8, 2, 16, 1, 26, UInt8(ids.count)] + ids + [32, 1, 40, 1, 48, 0]
        let image = [0x16, 0x31, 0x31, 0x58, UInt8(entry.count), 0, 0, 0] + entry
        let new = try #require(InventoryImage.separating(image))
        #expect(Array(new.prefix(4)) == Array(image.prefix(4)) && Int(new[4]) == new.count - 8)
        let message = try ProtobufMessage(Array(new.dropFirst(8)))
        for (field, value) in [(1, 2), (2, 1), (4, 1), (5, 1), (6, 0)] { #expect(message.integer(field) == value) }
        let shared = try #require(try message.message(3))
        for (field, value) in [(5, 1), (7, 3), (8, 4), (9, 6), (10, 7), (12, 5)] {
            #expect(shared.integer(field) == value)
        }
        #expect(shared.integer(6) == 0x7FFF_FFFF)
        #expect(InventoryImage.separating(new) == new, "it may be restored again")
        #expect(InventoryImage.separating(Array(image.dropFirst())) == nil)
    }

    @Test("a directory for roots is one that all users may pass through, or it is said what is to be done")
    func passable() throws {
        let top = "/tmp/relocate-test-\(UInt32.random(in: 0 ... .max))"
        try FileTree.make(top)
        defer { try? FileTree.remove(top) }
        let failure = #expect(throws: StepFailure.self) { try FileTree.makePassable(top + "/a/roots") }
        #expect(failure?.message.contains("chmod o+x \(top)") == true)
        chmod(top, 0o711)
        try FileTree.makePassable(top + "/b/roots")
        var status = stat()
        #expect(stat(top + "/b/roots", &status) == 0 && status.st_mode & 0o777 == 0o711)
    }
}

@Suite(
    "Containers with users of their own", .serialized,
    .enabled(if: RuncFixture.obstacle == nil, Comment(rawValue: RuncFixture.obstacle ?? "")))
struct UserNamespaceTests {
    /// Of a process as the host sees it.
    private func users(of process: Int32) throws -> Set<UInt32> {
        let text = String(decoding: try FileBytes.read("/proc/\(process)/status"), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("Uid:") }
        return Set((line ?? "").split(separator: "\t").dropFirst().compactMap { UInt32($0) })
    }

    @Test("root inside is nobody outside, two containers are not each other, and it stays so over moves")
    func rootIsNobody() async throws {
        try await RuncFixture.with { fixture in
            let script = """
                echo mine > /tmp/mine; chmod 600 /tmp/mine; busybox chown 5:6 /tmp/mine; busybox id -u
                while :; do busybox stat -c 'owner %u:%g' /tmp/mine; sleep 0.05; done
                """
            let (spec, first) = try await fixture.startShell(script)
            try await fixture.awaitOutput("0\nowner 5:6\n", of: spec)
            var (stay, runtimes) = (first, [fixture.source, fixture.destination])
            var seen: Set<UInt32> = []
            for move in 1...3 {
                let host = move % 2 == 1 ? "host1" : "host2"
                for process in fixture.processes(of: stay, host: host) {
                    let users = try users(of: process)
                    #expect(users.count == 1 && users.allSatisfy { $0 >= 0x7000_0000 }, "\(users)")
                    seen.formUnion(users)
                }
                var status = stat()
                let gate = "\(fixture.directory)/\(host)-roots/\(stay)"
                #expect(stat(gate, &status) == 0 && status.st_mode & 0o777 == 0o710 && status.st_gid >= 0x7000_0000)
                // On the disk it is whose it is for the container.
                #expect(stat("\(fixture.directory)/\(host)/stays/\(stay)/upper/tmp/mine", &status) == 0)
                #expect(status.st_uid == 5 && status.st_gid == 6)
                stay = try await fixture.move(
                    spec, stay, as: Int64(move), from: runtimes[0], to: runtimes[1], namespace: move % 2
                ).stay
                runtimes.swapAt(0, 1)
                let count = try await fixture.source.logs(spec.name, tailBytes: 1 << 20).count
                try await eventually("it goes on and sees its file as its own") {
                    let text = try await fixture.source.logs(spec.name, tailBytes: 1 << 20)
                    return text.dropFirst(count).contains("owner 5:6\n")
                }
            }
            #expect(seen.count > 1, "the ids tell of the host")
        }
    }

    @Test("its network is its own: with the privilege it changes its own, and never the host's")
    func networkIsOwn() async throws {
        try await RuncFixture.with { fixture in
            let (_, stay) = try await fixture.startEcho()
            let process = try #require(fixture.processes(of: stay, host: "host1").first)
            let users = try FileBytes.read("/proc/\(process)/uid_map")
            #expect(!String(decoding: users, as: UTF8.self).contains(" 4294967295"))
            let mounts = String(decoding: try FileBytes.read("/proc/\(process)/mountinfo"), as: UTF8.self)
            #expect(!mounts.contains("devtmpfs"), "\(mounts)")
            #expect(
                mounts.split(separator: "\n").count == 2 + ContainerPrivileges.maskedFiles.filter(FileTree.exists).count
            )
        }
    }

    @Test("one whose root user is the host's own, as an operator has decided, moves as well")
    func hostRoot() async throws {
        try await RuncFixture.with { fixture in
            var spec = try fixture.spec("echo", ["/bin/echo-server"])
            spec.hostRoot = true
            let stay = try await fixture.start(spec)
            fixture.network.route(to: 0)
            let client = try await fixture.network.connect()
            let before = try client.ask("before")
            for process in fixture.processes(of: stay, host: "host1") { #expect(try users(of: process) == [0]) }
            try await fixture.move(spec, stay, as: 1, from: fixture.source, to: fixture.destination, namespace: 1)
            #expect(try client.ask("after").count == before.count + 1)
        }
    }
}
