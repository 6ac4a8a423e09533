import FleetModel
import Foundation

/// Tools that stand before the real ones and fail when they are told to.
///
/// The gateway's agent is started by a script that puts a folder with an `nft` in front of its PATH; agents of hosts get a
/// `criu` of their own, and containerd one in front of its PATH. A fault is a file: while it is there, the tool
/// fails.
struct Faults: Sendable {
    let directory: String

    /// Something that fails.
    enum Fault {
        /// CRIU on a host cannot restore: it lacks the right to make namespaces.
        case restore(HostName)
        /// CRIU on a host can restore, and not let the restored processes go: it lacks the right to set their groups, which it
        /// does last. So it is with a container whose root user is the host's own; others' rights are their user namespace's.
        case release(HostName)
        /// CRIU on a host can dump, and then not restore: of those that are started while the fault is there, all but the first
        /// lack what they lack at `restore`.
        case revival(HostName)
        /// CRIU on a host does not come to dumping: it waits.
        case dump(HostName)
        /// The gateway's packet filter takes no change.
        case rules

        fileprivate var file: String {
            switch self {
            case .restore(let host): "restore-\(host)"
            case .release(let host): "release-\(host)"
            case .revival(let host): "revival-\(host)"
            case .dump(let host): "dump-\(host)"
            case .rules: "rules"
            }
        }
    }

    /// What the gateway's agent is started by.
    var gateway: String { directory + "/gateway/relocate" }

    /// What a host's containerd is started by.
    func containerd(of host: String) -> String { "\(directory)/docker-\(host)/containerd" }

    /// What an agent takes for CRIU.
    func criu(of host: String) -> String { "\(directory)/criu-\(host)" }

    func begin(_ fault: Fault) throws { try Data().write(to: URL(filePath: path(of: fault))) }

    /// The process that waits at a fault.
    func waiting(at fault: Fault) -> Int32? {
        (try? String(contentsOfFile: path(of: fault) + "-waits", encoding: .utf8)).flatMap {
            Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    func end(_ fault: Fault) {
        for mark in ["-waits", "-begun"] { try? FileManager.default.removeItem(atPath: path(of: fault) + mark) }
        try? FileManager.default.removeItem(atPath: path(of: fault))
    }

    func endAll(hosts: [String]) throws {
        end(.rules)
        for host in try hosts.map({ try HostName($0) }) {
            end(.restore(host))
            end(.release(host))
            end(.revival(host))
            end(.dump(host))
        }
    }

    func install(hosts: [String]) throws {
        try FileManager.default.createDirectory(atPath: directory + "/gateway", withIntermediateDirectories: true)
        try script(
            gateway,
            """
            PATH="\(directory)/gateway:$PATH" exec '\(Requirements.executable)' "$@"
            """)
        try script(
            directory + "/gateway/nft",
            """
            if [ -e '\(path(of: .rules))' ]; then echo 'Error: told to fail' >&2; exit 1; fi
            exec '\(Requirements.find("nft") ?? "nft")' "$@"
            """)
        for host in try hosts.map({ try HostName($0) }) {
            let folder = "\(directory)/docker-\(host)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try script(
                containerd(of: host.text),
                "PATH=\"\(folder):$PATH\" exec '\(Requirements.find("containerd") ?? "")' \"$@\"")
            try script("\(folder)/criu", "exec '\(criu(of: host.text))' \"$@\"")
            try script(
                criu(of: host.text),
                """
                while [ "$1" = swrk ] && [ -e '\(path(of: .dump(host)))' ]; do
                    echo $$ >'\(path(of: .dump(host)))-waits'; sleep 0.1
                done
                lacking=
                if [ -e '\(path(of: .restore(host)))' ]; then lacking=sys_admin; fi
                if [ -e '\(path(of: .release(host)))' ]; then lacking=setgid; fi
                if [ "$1" = swrk ] && [ -e '\(path(of: .revival(host)))' ]; then
                    if [ -e '\(path(of: .revival(host)))-begun' ]; then lacking=sys_admin; fi
                    : >'\(path(of: .revival(host)))-begun'
                fi
                if [ "$1" = swrk ] && [ "$lacking" ]; then
                    exec setpriv --bounding-set -$lacking -- '\(Requirements.criu)' "$@"
                fi
                exec '\(Requirements.criu)' "$@"
                """)
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    private func path(of fault: Fault) -> String { "\(directory)/\(fault.file)" }

    private func script(_ path: String, _ text: String) throws {
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
}
