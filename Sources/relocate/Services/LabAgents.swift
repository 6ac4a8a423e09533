import FleetModel
import HTTP
import Lab

/// The agents of a lab that has been started: it can be used when the control plane has heard of all of them.
struct LabAgents {
    private let plan: LabPlan
    private let client: HTTPClient

    /// - Throws: `ClientError.failed` when the system refuses sockets.
    init(of plan: LabPlan) throws {
        self.plan = plan
        do {
            client = try HTTPClient(endpoint: .tcp(host: "127.0.0.1", port: Int(plan.port)))
        } catch {
            throw ClientError.failed("\(error)")
        }
    }

    /// Returns when the control plane has heard of all.
    /// - Throws: `ClientError.failed`, which names those that are missing when the time is over.
    func enrolled(within timeout: Duration) async throws {
        defer { client.close() }
        let end = ContinuousClock.now + timeout
        var missing = ["gateway"] + plan.hostNames
        while true {
            while let name = missing.last, await isThere(name) { missing.removeLast() }
            guard !missing.isEmpty else { return }
            guard ContinuousClock.now < end else {
                throw ClientError.failed(
                    "the lab is up, but nothing is heard of \(missing.joined(separator: ", ")) after \(timeout): see "
                        + "\(plan.location.log(of: missing[0]))")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func isThere(_ name: String) async -> Bool {
        struct Host: Decodable { var state: HostState }
        guard let answer = try? await client.send(.get, "/v1/hosts/\(name)", timeout: .seconds(5)),
            answer.status == .ok, let content = try? await answer.collect(upTo: 1 << 20),
            let host = try? FleetJSON.decode(Host.self, from: content)
        else { return false }
        return host.state != .unreachable
    }
}
