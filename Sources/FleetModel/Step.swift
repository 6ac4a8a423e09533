/// What a relocation is made of. Each step is carried out by one agent and is idempotent there.
public enum StepKind: String, Codable, Sendable, CaseIterable {
    /// Destination: namespace, addresses, writable layer, control group; nothing runs and nothing answers yet.
    case prepare
    /// Source: a CRIU worker is started, so that its start is not part of the pause. Only a hint.
    case arm
    /// Gateway: new connections to the container go to the destination and wait there; open ones go on.
    case hush
    /// Source: the container's program accepts who has connected, and connections that are being closed come to their
    /// end, as far as they do in time.
    case settle
    /// Gateway: packets to the container's addresses go to the destination and wait there.
    case steer
    /// Source: freeze, dump, end.
    case checkpoint
    /// Destination: restore, held before the first instruction runs.
    case restore
    /// Gateway: packets of connections that the container has closed, and that have not come to their end, go to the
    /// source, which serves them until they have. Only where there are any.
    case part
    /// Destination: run, and deliver the packets that waited.
    case release
    /// Gateway: new connections go to the new address.
    case announce
    /// Destination: refuse new connections to the old addresses.
    case seal
    /// Source: remove what the container left.
    case retire
    /// Gateway, undoing `hush` and `steer`: packets go to the source again.
    case steerBack
    /// Destination, undoing `prepare` and `restore`: remove everything, running or not.
    case abandon
    /// Source, undoing `checkpoint`: restore from the same dump and run.
    case revive
    /// Source, undoing `arm`: end the CRIU worker and remove the dump.
    case disarm
}

/// A step of a relocation as it was carried out.
public struct Step: Codable, Sendable, Hashable {
    /// What was to be done.
    public var kind: StepKind
    /// Which agent was asked.
    public var host: HostName
    /// How often it was tried, from 1.
    public var attempt: Int
    /// How it stands.
    public var state: StepState
    /// When it was sent.
    public var startedAt: Timestamp
    /// From sending it to its outcome, on the control plane's clock, in milliseconds.
    public var durationMilliseconds: Double?
    /// The parts the agent measured, in milliseconds, such as `frozen`.
    public var timings: StepTimings
    /// What went wrong.
    public var failure: StepFailure?

    /// A step that is about to be sent.
    public init(kind: StepKind, host: HostName, attempt: Int, startedAt: Timestamp) {
        self.kind = kind
        self.host = host
        self.attempt = attempt
        state = .sent
        self.startedAt = startedAt
        timings = [:]
    }
}

/// How a step stands.
public enum StepState: String, Codable, Sendable {
    /// Recorded, and sent or about to be.
    case sent
    /// Done.
    case succeeded
    /// Not done; nothing of it remains.
    case failed
    /// No outcome came in time: it may have been done or not.
    case lost
}

/// Why a step failed.
public struct StepFailure: Error, Codable, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is, for programs.
    public var code: FailureCode
    /// What went wrong, for people.
    public var message: String
    /// What the tool itself said, such as the last error of CRIU's log; empty when no tool was involved.
    public var toolMessage: String

    /// A failure.
    public init(code: FailureCode, message: String, toolMessage: String = "") {
        self.code = code
        self.message = message
        self.toolMessage = toolMessage
    }

    /// Message and tool's message.
    public var description: String { toolMessage.isEmpty ? message : "\(message): \(toolMessage)" }
}

/// What kind of failure a step met.
public enum FailureCode: String, Codable, Sendable, CaseIterable {
    /// CRIU could not dump the container; it goes on running.
    case dumpRefused
    /// CRIU could not restore the container; nothing of it runs here.
    case restoreFailed
    /// The image is not in the repository, or not whole.
    case imageMissing
    /// Clients that nobody accepts would be lost, and the policy does not let a move reset them.
    case clientsWaiting
    /// To write the container down took longer than its policy allows; it runs on.
    case tookTooLong
    /// The container has a file of a thread or a descriptor open in `/proc`, each time it is stopped.
    case fleetingFile
    /// The container is not on this host, or not in a state that allows the step.
    case notHere
    /// The container's process ended as soon as it was started.
    case endedAtOnce
    /// The container's runtime failed.
    case runtimeFailed
    /// The host's or gateway's network could not be set up.
    case networkFailed
    /// A limit of the host was met: disk, memory, processes.
    case resourceExhausted
    /// The agent was ended in the middle of the step, and what it left was removed.
    case interrupted
    /// The restored container was not released in time and was removed.
    case leaseExpired
    /// The order made no sense to the agent.
    case invalidOrder
    /// The agent could not be reached.
    case unreachable
    /// There is no host to which the container may go.
    case noFeasibleHost
    /// Something the agent did not expect.
    case internalError
}
