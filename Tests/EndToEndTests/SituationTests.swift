import FleetAPI
import FleetModel
import Glibc
import HostAgent
import RelocateTesting
import SystemSupport
import Testing

extension EndToEnd {
    /// What programs and their clients do beside talking.
    @Suite("Situations that a move does not disturb")
    struct Situations {
        @Test("two thousand idle connections: each is answered after two moves")
        func idleConnections() async throws {
            let lab = try TestLab.shared
            allowDescriptors(4096)
            let container = try await lab.create("idlers", image: "redis", port: 6379, on: "host1")
            let address = try #require(container.virtualAddress)
            var connections: [Connection] = []
            for _ in 0..<2000 {
                connections.append(try await Connection.open(in: lab.outside, to: address, port: 6379))
            }
            // The last was accepted, and so all were.
            #expect(try await ping(connections.suffix(1)) == ["+PONG"])
            for host in ["host2", "host3"] {
                let relocation = try await lab.api.move(container.name, to: try HostName(host))
                #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
            }
            #expect(try await ping(connections[...]) == Array(repeating: "+PONG", count: 2000))
            connections = []
            try await lab.remove(container.name)
        }

        @Test("connections that their clients have reset, and the server still holds, beside one that goes on")
        func resetConnections() async throws {
            let lab = try TestLab.shared
            // Whoever connects to port 8 is never read from.
            let container = try await lab.create(
                "holder", ports: [7, 8],
                "printf '#!/bin/sh\nexec sleep 1000\n' >/tmp/hold; chmod 755 /tmp/hold"
                    + "; nc -ll -p 8 -e /tmp/hold & exec nc -ll -p 7 -e cat")
            let address = try #require(container.virtualAddress)
            let talking = try await talk(to: address, in: lab)
            for _ in 0..<20 {
                let connection = try await Connection.open(in: lab.outside, to: address, port: 8)
                try connection.write("unread\n")
                connection.resetAtTheEnd()
            }
            for host in ["host2", "host3", "host1"] {
                let relocation = try await lab.api.move(container.name, to: try HostName(host))
                #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                try await talking.goesOn()
                // Both ports take new connections.
                for port: UInt16 in [7, 8] {
                    _ = try await Connection.open(in: lab.outside, to: address, port: port)
                }
            }
            try await talking.end()
            try await lab.remove(container.name)
        }

        @Test("listeners that take both versions of IP go on being reached")
        func dualStack() async throws {
            let lab = try TestLab.shared
            let container = try await lab.create("dual", ports: [7], "exec nc -ll -p 7 -e cat")
            let address = try #require(container.virtualAddress)
            let talking = try await talk(to: address, in: lab)
            for (number, host) in ["host2", "host3"].enumerated() {
                let relocation = try await lab.api.move(container.name, to: try HostName(host))
                #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                let sockets = try await lab.execute(
                    amongFilesOf: host, "nsenter", "--net=/run/relocate/netns/dual.\(relocation.id)", "cat",
                    "/proc/net/tcp6")
                #expect(sockets.contains(":0007 "), "listener \(number) is one of IPv6: \(sockets)")
                try await talking.goesOn()
                let connection = try await Connection.open(in: lab.outside, to: address, port: 7)
                let answer = try await onOwnThread {
                    try connection.write("new\n")
                    return try connection.readLine()
                }
                #expect(answer == "new")
            }
            try await talking.end()
            try await lab.remove(container.name)
        }

        @Test("segments are as big after a move, and after one that was undone, as before")
        func segments() async throws {
            let lab = try TestLab.shared
            let container = try await lab.create("bulky", ports: [7], "exec nc -ll -p 7 -e cat")
            let talking = try await talk(to: try #require(container.virtualAddress), in: lab)
            func size(on host: String, in stay: String) async throws -> Int? {
                // The kernel works it out when something is sent.
                try await talking.goesOn()
                let sockets = try await lab.execute(
                    amongFilesOf: host, "nsenter", "--net=/run/relocate/netns/\(stay)", "ss", "-tniH", "sport = :7")
                return sockets.firstMatch(of: /[^r]mss:(\d+)/).flatMap { Int($0.1) }
            }
            let before = try #require(try await size(on: "host1", in: "bulky.0"))
            let moved = try await lab.api.move(container.name, to: try HostName("host2"))
            #expect(moved.state == .completed)
            #expect(try await size(on: "host2", in: "bulky.\(moved.id)") == before)
            let fault = Faults.Fault.restore(try HostName("host3"))
            try lab.faults.begin(fault)
            let undone = try await lab.api.move(container.name, to: try HostName("host3"))
            lab.faults.end(fault)
            #expect(undone.state == .rolledBack)
            #expect(try await size(on: "host2", in: "bulky.\(moved.id)") == before)
            try await talking.end()
            try await lab.remove(container.name)
        }

        @Test("a container that is started anew leaves nothing of its earlier life at the gateway")
        func restarted() async throws {
            let lab = try TestLab.shared
            let before = try await lab.create("again", ports: [7], "exec nc -ll -p 7 -e cat")
            #expect(try await lab.api.send(.post, "/v1/containers/again/restart?wait=30").status == 202)
            let after = try await lab.api.container(before.name)
            #expect(after.state == .running && after.address != before.address)
            #expect(try await lab.gatewayTraces(of: try #require(before.address)).isEmpty)
            #expect(try await lab.route(to: try #require(after.address)) != nil)
            try await talk(to: try #require(after.virtualAddress), in: lab).end()
            try await lab.remove(before.name)
        }

        @Test("what a program sends at its first moment is answered")
        func firstPacket() async throws {
            let lab = try TestLab.shared
            let container = try await lab.create(
                "early", ports: [7], capabilities: [.netRaw],
                "ping -c 1 -W 1 \(lab.plan.clientAddress); exec nc -ll -p 7 -e cat")
            let log = try await lab.api.send(.get, "/v1/containers/\(container.name)/logs").body
            #expect(log.contains(" 1 packets received"), "\(log)")
            try await lab.remove(container.name)
        }

        @Test("memory close to its limit: it moves, and the limit holds afterwards")
        func memoryAtItsLimit() async throws {
            let lab = try TestLab.shared
            // Whoever connects to port 8 makes it ask for more memory than it may have.
            let container = try await lab.create(
                "full", ports: [7, 8], memory: 64 << 20,
                "printf '#!/bin/sh\ndd if=/dev/zero of=/dev/null bs=40M count=1 2>/dev/null; echo status $?\n' >/tmp/more"
                    + "; chmod 755 /tmp/more; (dd if=/dev/zero of=/dev/null bs=50M; echo status $?) 2>/dev/null &"
                    + " nc -ll -p 8 -e /tmp/more & exec nc -ll -p 7 -e cat")
            let address = try #require(container.virtualAddress)
            let talking = try await talk(to: address, in: lab)
            for host in ["host2", "host3"] {
                let relocation = try await lab.api.move(container.name, to: try HostName(host))
                #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                try await talking.goesOn()
            }
            let path = "/v1/containers/\(container.name)/logs"
            #expect(try await lab.api.send(.get, path).body == "")
            // One of the two is ended for it, and says so here or there.
            let connection = try await Connection.open(in: lab.outside, to: address, port: 8)
            let answer = try await onOwnThread { try connection.readLine() }
            try await eventually("the limit has been met") {
                let log = try await lab.api.send(.get, path).body
                return answer == "status 137" || log == "status 137\n"
            }
            try await talking.goesOn()
            try await talking.end()
            try await lab.remove(container.name)
        }
    }
}

/// Asks Redis on each connection, and gives its answers.
private func ping(_ connections: ArraySlice<Connection>) async throws -> [String] {
    try await onOwnThread {
        for connection in connections { try connection.write("PING\r\n") }
        return try connections.map { try $0.readLine() }
    }
}

/// A conversation with an echo server.
private func talk(to address: IPv4Address, in lab: TestLab) async throws -> Conversation {
    let line = try await Connection.open(in: lab.outside, to: address, port: 7)
    return Conversation { number in
        try line.write("\(number)\n")
        guard try line.readLine() == "\(number)" else { throw ConnectionBroken(description: "not \(number)") }
    }
}

/// Lets this process open so many descriptors, if it may.
private func allowDescriptors(_ count: rlim_t) {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    guard limit.rlim_cur < count else { return }
    limit.rlim_cur = min(count, limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

extension TestLab {
    /// Creates a container that runs a shell script, and waits until it was found movable.
    fileprivate func create(
        _ name: String, ports: [Int], memory: Int = 256 << 20, capabilities: [Capability] = [], _ script: String
    ) async throws -> Container {
        let words = try String(decoding: FleetJSON.encode(["sh", "-c", script]), as: UTF8.self)
        let list = ports.map { #"{"port":\#($0)}"# }.joined(separator: ",")
        let asked = capabilities.map { #""\#($0.rawValue)""# }.joined(separator: ",")
        let body =
            #"{"name":"\#(name)","tenant":"acme","image":"busybox","command":\#(words),"ports":[\#(list)],"#
            + #""limits":{"memoryBytes":\#(memory)},"capabilities":[\#(asked)],"host":"host1"}"#
        let created = try await api.send(.post, "/v1/containers?wait=30", body).decode(ContainerView.self).container
        try await eventually("\(name) runs and is movable") {
            let now = try await api.container(created.name)
            return now.state == .running && now.mobility == .movable
        }
        return try await api.container(created.name)
    }
}
