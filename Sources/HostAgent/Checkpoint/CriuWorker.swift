import CLinux
import Dispatch
import FleetModel
import Glibc
import Synchronization

/// A CRIU process that waits for its one request. See `CriuRequest` for what is said on the socket.
///
/// One that is to dump runs inside the container's network namespace: see `InventoryImage`. All calls block; they are made on a
/// stay's own queue.
///
/// The kernel keeps a process that has ended until its parent has taken notice. Whoever has a worker ends it; one that
/// nobody has any more is seen to its end all the same.
final class CriuWorker: Sendable {
    /// What a worker is started with.
    struct Setting: Sendable {
        /// The `criu` command.
        var criu: String
        /// The `nsenter` command.
        var nsenter: String
        /// A shell.
        var shell: String
        /// The network namespace that it is to run in; `nil` for the agent's.
        var namespace: NetworkNamespace?
        /// A locked file: the lock lasts as long as the worker, also beyond the end of the agent.
        var lock: OwnedDescriptor
        /// The pipe that becomes the output of a restored container.
        var output: OwnedDescriptor?
    }

    /// The number under which the worker has `Setting.output`.
    static let outputDescriptor: Int32 = 4

    /// The worker's process.
    let process: pid_t
    private let ended: OwnedDescriptor
    private let socket: OwnedDescriptor
    /// Whether the kernel has been told that nobody asks for the process any more.
    private let isBuried = Mutex(false)

    /// Starts a worker and waits until it answers.
    /// - Throws: `StepFailure` with `runtimeFailed` when CRIU cannot be started in the namespace.
    init(_ setting: Setting) throws(StepFailure) {
        (process, socket) = try Self.launch(setting)
        let pidfd = linux_pidfd_open(process)
        guard pidfd >= 0 else {
            let number = errno
            kill(process, SIGKILL)
            _ = ChildProcess.wait(for: process)
            throw StepFailure("watch the CRIU worker", errno: number)
        }
        ended = OwnedDescriptor(pidfd)
        // While it works, a container stands still. CRIU gives what it restores the priority it had.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process), -20)
        // Of a score of 0 CRIU makes its own, and an agent may be protected when memory is short.
        try? FileBytes.write("0", to: "/proc/\(process)/oom_score_adj")
        try awaitVersion()
    }

    /// Our copy of the worker's end of the socket ends with this function, or the worker's death would not be noticed.
    private static func launch(_ setting: Setting) throws(StepFailure) -> (pid_t, OwnedDescriptor) {
        let (ours, theirs) = try OwnedDescriptor.messageSockets()
        var descriptors: [Int32: Int32] = [3: theirs.number, 5: setting.lock.number]
        if let output = setting.output { descriptors[outputDescriptor] = output.number }
        // CRIU would let everyone read its images.
        let entry = setting.namespace.map { [setting.nsenter, "--net=\($0.path)", "--"] } ?? []
        let command =
            [setting.shell, "-c", "umask 077; exec \"$@\"", "worker"] + entry + [setting.criu, "swrk", "3"]
        let process = try ChildProcess.spawn(command, descriptors: descriptors)
        return withExtendedLifetime(theirs) { (process, ours) }
    }

    private func awaitVersion() throws(StepFailure) {
        do throws(StepFailure) {
            try send(.version)
            guard case .version = try receive(within: .seconds(20)) else {
                throw StepFailure(code: .runtimeFailed, message: "the CRIU worker did not say its version")
            }
        } catch {
            end()
            throw error
        }
    }

    /// Sends a request or an answer.
    func send(_ request: CriuRequest) throws(StepFailure) {
        let bytes = request.bytes
        guard Glibc.send(socket.number, bytes, bytes.count, linux_no_signal) == bytes.count else {
            throw StepFailure("speak to the CRIU worker", errno: errno)
        }
    }

    /// Waits for what the worker says next.
    /// - Throws: `StepFailure` when it says nothing in time, has ended, or says what nobody understands.
    func receive(within limit: Duration) throws(StepFailure) -> CriuResponse {
        guard socket.isReadable(within: limit) else {
            throw StepFailure(code: .runtimeFailed, message: "the CRIU worker said nothing for \(limit)")
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(socket.number, &buffer, buffer.count, 0)
        guard count > 0 else {
            throw StepFailure(code: .runtimeFailed, message: "the CRIU worker has ended unexpectedly")
        }
        do {
            return try CriuResponse(Array(buffer.prefix(count)))
        } catch {
            throw StepFailure(code: .runtimeFailed, message: "the CRIU worker said what cannot be understood")
        }
    }

    /// Answers notifications until there is something to decide.
    func advance(
        _ conversation: inout CriuConversation, within limit: Duration
    ) throws(StepFailure) -> CriuConversation.Action {
        while true {
            let action = conversation.received(try receive(within: limit))
            guard action == .acknowledge else { return action }
            try send(.handled(true))
        }
    }

    /// Answers what waits for a decision.
    func decide(_ success: Bool, _ conversation: inout CriuConversation) throws(StepFailure) {
        conversation.decided()
        try send(.handled(success))
    }

    /// Whether it lives and has nothing to say.
    var isReady: Bool { !socket.isReadable(within: .zero) }

    /// Lets a worker that has done its work end, without waiting for it.
    func endLater() {
        DispatchQueue.global().async { self.end() }
    }

    /// Hangs up, as the agent's death would, and waits until the worker has undone what was unfinished.
    func end(patience: Duration = .seconds(10)) {
        isBuried.withLock { isBuried in
            guard !isBuried else { return }
            isBuried = true
            shutdown(socket.number, Int32(SHUT_RDWR))
            Self.bury(process, ended, patience: patience)
        }
    }

    /// Nobody has it any more. Its end of the socket hears that in a moment, when ours is closed.
    deinit {
        guard !isBuried.withLock({ $0 }) else { return }
        DispatchQueue.global().async { [process, ended] in
            Self.bury(process, ended, patience: .seconds(10))
        }
    }

    private static func bury(_ process: pid_t, _ ended: OwnedDescriptor, patience: Duration) {
        if !ended.isReadable(within: patience) { kill(process, SIGKILL) }
        _ = ChildProcess.wait(for: process)
    }
}
