import FleetModel
import Glibc
import HostAgent
import RelocateTesting
import Testing

@testable import Lab

extension TestLab {
    /// Nothing of a container, nor of any other, is on a host, or will be in a moment.
    func expectNothing(
        of container: ContainerName, on host: HostName, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var rest: [String] = []
        try? await eventually("nothing is left", within: .seconds(15)) {
            rest = try await traces(of: container, on: host) + strays(on: host)
            return rest.isEmpty
        }
        #expect(rest == [], "on \(host)", sourceLocation: sourceLocation)
    }

    /// Everything of a container that is on a host: files, dumps' workers, namespaces, interfaces, mounts, control
    /// groups, rules of the packet filter, processes.
    func traces(of container: ContainerName, on host: HostName) async throws -> [String] {
        let stays = "\(location.state(of: host.text))/stays"
        let run = "/proc/\(try processID(of: host.text))/root/run/relocate"
        var traces = names(in: stays, of: container) + names(in: "\(run)/netns", of: container)
        traces += names(in: "\(run)/network", of: container)
        let groups = LabControlGroups(location: location).present()
        traces += groups.filter { $0.contains("/\(host)/\(container).") }
        let mounts = try await execute(amongFilesOf: host.text, "cat", "/proc/self/mountinfo")
        traces += mounts.split(separator: "\n").map(String.init).filter { $0.contains("/\(container).") }
        return traces
    }

    /// Interfaces, addresses and processes of any container on a host. They carry no container's name, so this is for
    /// hosts that are to be empty.
    func strays(on host: HostName) async throws -> [String] {
        let links = try await execute(on: host.text, "ip", "-oneline", "link", "show")
        var strays = links.split(separator: "\n").map(String.init).filter { $0.contains(" rlc") }
        let routes = try await execute(
            on: host.text, "ip", "-4", "route", "show", "root", "\(plan.networks.containers)")
        strays += routes.split(separator: "\n").map(String.init)
        for set in ["sources", "sealed"] {
            let text = try await execute(on: host.text, "nft", "list", "set", "ip", "relocate", set)
            if text.contains("elements") { strays.append(text) }
        }
        let own = try processID(of: host.text)
        let mine = ProcessTable.namespaceNumber(location.mountNamespace(of: host.text))
        strays += ProcessTable.all().filter {
            $0.processID != own && ProcessTable.namespace("mnt", of: $0) == mine
        }.map { readText("/proc/\($0.processID)/cmdline") ?? "" }.filter {
            // The service that the lab itself has there, so that hosts differ.
            !$0.contains("\0lab\0service\0")
        }
        return strays
    }

    /// What the gateway has of an address: routes and mappings.
    func gatewayTraces(of address: IPv4Address) async throws -> [String] {
        let routes = try await execute(on: "gateway", "ip", "-4", "route", "show", "root", "\(address)/32")
        let map = try await execute(on: "gateway", "nft", "list", "map", "ip", "relocate_gateway", "vips")
        return (routes + map).split { ",{}\n".contains($0) }.map { $0.trimmed }.filter {
            $0.contains(address.description)
        }
    }

    /// Where the gateway sends packets for an address; `nil` when it has no route for it.
    func route(to address: IPv4Address) async throws -> IPv4Address? {
        let words = try await execute(on: "gateway", "ip", "-4", "route", "show", "root", "\(address)/32")
            .split(whereSeparator: \.isWhitespace)
        return try words.dropFirst(2).first.map { try IPv4Address(String($0)) }
    }

    /// The address of a worker host.
    func address(of host: HostName) throws -> IPv4Address {
        plan.address(ofHost: plan.hostNames.firstIndex(of: host.text) ?? 0)
    }

    /// The CRIU processes that stand ready on a host, or are at work.
    func workers(on host: String) throws -> [String] {
        let mine = ProcessTable.namespaceNumber(location.mountNamespace(of: host))
        return ProcessTable.all().filter { ProcessTable.namespace("mnt", of: $0) == mine }
            .compactMap { readText("/proc/\($0.processID)/cmdline") }.filter { $0.contains("\0swrk\0") }
    }

    /// The dumps that are kept.
    var dumps: [String] { directoryEntries(location.dumps) }

    private func names(in folder: String, of container: ContainerName) -> [String] {
        directoryEntries(folder).filter { $0.hasPrefix("\(container).") }.map { "\(folder)/\($0)" }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
