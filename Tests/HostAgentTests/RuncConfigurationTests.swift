import FleetModel
import Foundation
import Glibc
import Testing

@testable import HostAgent

@Suite("What runc and the kernel are told")
struct RuncConfigurationTests {
    private func temporaryDirectory() throws -> String {
        let path = NSTemporaryDirectory() + "relocate-test-\(UUID().uuidString)"
        try FileTree.make(path)
        return path
    }

    @Test("an image's user is found in the image's own files, by name and by number")
    func users() throws {
        let root = try temporaryDirectory()
        defer { try? FileTree.remove(root) }
        try FileTree.make(root + "/etc")
        try FileBytes.replace(root + "/etc/passwd", with: Array("root:x:0:0::/:/bin/sh\nweb:x:101:102::/:\n".utf8))
        try FileBytes.replace(root + "/etc/group", with: Array("web:x:102:\nlogs:x:103:ftp,web\n".utf8))
        #expect(try ImageUser("", in: root) == .root)
        #expect(try ImageUser("web", in: root) == ImageUser(uid: 101, gid: 102, additionalGids: [103]))
        #expect(try ImageUser("101", in: root) == ImageUser(uid: 101, gid: 102, additionalGids: [103]))
        #expect(try ImageUser("web:logs", in: root) == ImageUser(uid: 101, gid: 103))
        #expect(try ImageUser("1234:5", in: root) == ImageUser(uid: 1234, gid: 5))
        #expect(throws: StepFailure.self) { try ImageUser("nobody", in: root) }
        #expect(throws: StepFailure.self) { try ImageUser("web:nogroup", in: root) }
    }

    @Test("an image's link does not lead to the host's users")
    func linksAreNotFollowed() throws {
        let root = try temporaryDirectory()
        defer { try? FileTree.remove(root) }
        symlink("/etc", root + "/etc")
        #expect(throws: StepFailure.self) { try ImageUser("daemon", in: root) }
    }

    @Test("a container runs its own command, or its image's, or cannot be started")
    func commands() throws {
        func configuration(_ command: [String], image: [String]) throws -> BundleConfiguration {
            let spec = ContainerSpec(
                name: try ContainerName("shop"), tenant: try TenantName("acme"), image: "shop",
                digest: try ImageDigest("sha256:" + String(repeating: "0", count: 64)), command: command,
                environment: ["A": "asked"], runtime: .runc)
            return try BundleConfiguration(
                spec: spec, image: ImageDefaults(command: image, environment: ["A": "image", "B": "image"]),
                user: ImageUser(uid: 5, gid: 6), rootFileSystem: "/root", namespace: NetworkNamespace(path: "/ns"),
                controlGroup: "relocate/shop.0", users: nil)
        }
        #expect(try configuration(["own"], image: ["image"]).process.args == ["own"])
        let configured = try configuration([], image: ["image"])
        #expect(configured.process.args == ["image"])
        #expect(Set(["A=asked", "B=image", "HOSTNAME=shop"]).isSubset(of: configured.process.env))
        #expect(configured.process.capabilities.effective.isEmpty)
        #expect(configured.linux.namespaces.contains { $0.type == "network" && $0.path == "/ns" })
        #expect(throws: StepFailure.self) { try configuration([], image: []) }
    }

    @Test("limits reach a unified hierarchy, and the groups above hand the controllers down")
    func unifiedControlGroup() throws {
        let root = try temporaryDirectory()
        defer { try? FileTree.remove(root) }
        try FileTree.make(root + "/relocate/shop.0")
        for file in ["cgroup.controllers", "cgroup.subtree_control", "relocate/cgroup.subtree_control"]
            + ["memory.max", "memory.current", "cpu.max", "pids.max", "cgroup.procs"].map({ "relocate/shop.0/\($0)" })
        {
            try FileBytes.replace("\(root)/\(file)", with: [])
        }
        func value(_ file: String) throws -> String {
            String(decoding: try FileBytes.read("\(root)/\(file)"), as: UTF8.self)
        }
        let group = ControlGroup(root: root, name: "relocate/shop.0")
        try group.open()
        #expect(try value("cgroup.subtree_control") == "+memory +cpu +pids")
        #expect(try value("relocate/cgroup.subtree_control") == "+memory +cpu +pids")
        #expect(try value("relocate/shop.0/memory.max") == "max")
        try group.add(4711)
        #expect(group.members == [4711])
        func clear() throws {
            for name in ["cpu", "memory", "pids"] {
                try FileBytes.replace("\(root)/relocate/shop.0/\(name).max", with: [])
            }
        }
        let limits = ResourceLimits(memoryBytes: 64 << 20, cpus: 1.5, processes: 9)
        for used in [1 << 20, 70 << 20] {
            try clear()
            try FileBytes.replace("\(root)/relocate/shop.0/memory.current", with: Array("\(used)\n".utf8))
            try group.limitBesideWorker(to: limits)
            #expect(try value("relocate/shop.0/memory.max") == "\(max(64 << 20, used))")
            #expect(try value("relocate/shop.0/cpu.max") == "150000 100000")
            #expect(try value("relocate/shop.0/pids.max") == "10", "the worker is one of them")
        }
        try clear()
        try group.limit(to: limits)
        #expect(try value("relocate/shop.0/memory.max") == "\(64 << 20)")
        #expect(try value("relocate/shop.0/cpu.max") == "150000 100000")
        #expect(try value("relocate/shop.0/pids.max") == "9")
    }
}
