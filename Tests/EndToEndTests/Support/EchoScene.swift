import FleetAPI
import FleetModel
import RelocateTesting
import Testing

@testable import Lab

/// A container that runs the echo server on host1, a client that talks to it all the time, and someone who counts
/// copies.
struct EchoScene {
    let lab: TestLab
    let name: ContainerName
    let virtualAddress: IPv4Address
    let first: IPv4Address
    let client: EchoClient
    let watch: CopyWatch

    static let port: UInt16 = 7

    /// Runs a test with a scene of its own. At the end the client must still be connected (unless it is said
    /// otherwise), never two copies have run, and nothing of the container is left when it is removed.
    static func play(
        _ name: String, in lab: TestLab, clientStays: Bool = true, hostRoot: Bool = false,
        _ body: (EchoScene) async throws -> Void
    ) async throws {
        let container = try await lab.create(
            name, image: "echo", port: port, command: ["/usr/bin/echo", "\(port)"], on: "host1", hostRoot: hostRoot)
        let address = try #require(container.virtualAddress)
        let watch = CopyWatch(container.name, command: "echo", in: lab.location)
        let client = try await EchoClient.start(in: lab.outside, to: address, port: port)
        let scene = EchoScene(
            lab: lab, name: container.name, virtualAddress: address, first: try #require(container.address),
            client: client, watch: watch)
        do {
            try await client.conversation.goesOn(by: 5)
            try await body(scene)
            if clientStays {
                try await client.conversation.goesOn()
                try await client.conversation.end()
            }
        } catch {
            await scene.clean()
            throw error
        }
        await client.hangUp()
        watch.end()
        lab.expectAllRun()
        #expect(watch.mostAtOnce == 1)
        try await lab.remove(container.name)
    }

    private func clean() async {
        lab.expectAllRun()
        await client.hangUp()
        watch.end()
        try? lab.faults.endAll(hosts: lab.plan.hostNames)
        try? await lab.heal()
        _ = try? await end()
        try? await lab.remove(name)
    }

    // MARK: What must be so

    /// The container runs on a host, and only there; everything points to it; no alarm stands.
    func expectRuns(
        on host: HostName, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let container = try await lab.api.container(name)
        #expect(container.state == .running, sourceLocation: sourceLocation)
        #expect(container.host == host, sourceLocation: sourceLocation)
        #expect(watch.hosts() == [host], sourceLocation: sourceLocation)
        let address = try #require(container.address, sourceLocation: sourceLocation)
        // Of the earlier ones only that of the open connection is sure to stay.
        for address in [address] + container.retainedAddresses.filter({ $0 == first }) {
            let next = try await lab.route(to: address)
            #expect(try next == lab.address(of: host), "\(address)", sourceLocation: sourceLocation)
        }
        let mapping = "\(virtualAddress) . \(Self.port) : \(address) . \(Self.port)"
        let traces = try await lab.gatewayTraces(of: address)
        #expect(traces.contains(mapping), sourceLocation: sourceLocation)
        for other in lab.plan.hostNames where other != host.text {
            try await lab.expectNothing(of: name, on: try HostName(other), sourceLocation: sourceLocation)
        }
        try await eventually("no dump is left") { lab.dumps.isEmpty }
        try await eventually("no alarm stands") { try await lab.api.alarms().isEmpty }
        try await client.conversation.goesOn()
    }
}

extension TestLab {
    /// Creates a container and waits until it runs and was found movable.
    func create(
        _ name: String, image: String, port: UInt16? = nil, command: [String] = [], on host: String,
        runtime: RuntimeKind? = nil, hostRoot: Bool = false
    ) async throws -> Container {
        let words = try String(decoding: FleetJSON.encode(command), as: UTF8.self)
        let ports = port.map { #"[{"port":\#($0)}]"# } ?? "[]"
        let kind = (runtime.map { #","runtime":"\#($0.rawValue)""# } ?? "") + (hostRoot ? #","hostRoot":true"# : "")
        let answer = try await api.send(
            .post, "/v1/containers?wait=30",
            #"{"name":"\#(name)","tenant":"acme","image":"\#(image)","command":\#(words),"ports":\#(ports),"host":"\#(host)"\#(kind)}"#
        )
        let container = try answer.decode(ContainerView.self).container
        try await eventually("\(name) runs and is movable") {
            let now = try await api.container(container.name)
            return now.state == .running && now.mobility == .movable
        }
        return try await api.container(container.name)
    }

    /// Removes a container, and looks whether anything of it is left.
    func remove(_ name: ContainerName) async throws {
        let before = try await api.container(name)
        let answer = try await api.send(.delete, "/v1/containers/\(name)?wait=30")
        #expect(answer.status == 204, "\(answer.body)")
        for host in plan.hostNames { try await expectNothing(of: name, on: try HostName(host)) }
        for address in [before.address].compactMap(\.self) + before.retainedAddresses {
            #expect(try await gatewayTraces(of: address) == [])
        }
    }
}
