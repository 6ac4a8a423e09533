import FleetModel
import Testing

@testable import relocate

/// Values for tests, as the API would bring them.
enum Samples {
    static let time = Timestamp(milliseconds: 1_769_860_984_123)

    static func relocation(
        _ state: RelocationState = .completed, steps: [Step] = [], failure: StepFailure? = nil
    ) throws -> Relocation {
        var relocation = Relocation(
            id: RelocationID(12), container: try ContainerName("echo"), tenant: try TenantName("shop"),
            source: try HostName("host1"), destination: try HostName("host3"), trigger: .clock, actor: "clock",
            reason: nil, oldAddress: try IPv4Address("10.88.0.7"), createdAt: time)
        relocation.state = state
        relocation.steps = steps
        relocation.failure = failure
        if state == .completed { relocation.pauseMilliseconds = 24.1 }
        return relocation
    }

    static func step(
        _ kind: StepKind, _ state: StepState, at offset: Int64 = 0, took milliseconds: Double? = nil
    ) throws -> Step {
        var step = Step(
            kind: kind, host: try HostName("host1"), attempt: 1,
            startedAt: Timestamp(milliseconds: time.milliseconds + offset))
        step.state = state
        step.durationMilliseconds = milliseconds
        return step
    }

    /// What is new of a move of which the outcome of one step has come, and the next was sent.
    static func progress(
        _ outcome: StepState = .succeeded, change: (inout Relocation) throws -> Void = { _ in }
    ) throws -> RelocationProgress {
        let before = try relocation(.running, steps: [step(.steer, .sent)])
        var after = before
        after.steps = [try step(.steer, outcome, took: 2.5), try step(.checkpoint, .sent)]
        try change(&after)
        return try #require(RelocationProgress(of: after, since: before))
    }

    static func container(_ state: ContainerState, _ mobility: Mobility = .movable) throws -> Container {
        Container(
            spec: ContainerSpec(
                name: try ContainerName("echo"), tenant: try TenantName("shop"), image: "redis",
                digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)),
                ports: [PortMapping(port: 80, containerPort: 8080)], runtime: .runc),
            state: state, host: try HostName("host1"), virtualAddress: try IPv4Address("10.99.0.4"),
            mobility: mobility, createdAt: time)
    }

    static func record(
        _ policy: Policy = Policy(), name: String? = nil, version: Int = 3, by actor: String = "alice",
        at offset: Int64 = 0
    ) throws -> PolicyRecord {
        PolicyRecord(
            name: try name.map { try PolicyName($0) } ?? .default, version: version,
            changedAt: Timestamp(milliseconds: time.milliseconds + offset), changedBy: actor, policy: policy)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
        try Answer(bytes: Array(json.utf8)).decode(type)
    }

    static func sentence(_ change: FleetChange, by actor: String = "control-plane") -> String {
        EventSentence(FleetEvent(sequence: 1, at: time, actor: actor, change: change)).text
    }
}
