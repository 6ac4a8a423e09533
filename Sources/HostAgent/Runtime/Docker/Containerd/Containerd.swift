import FleetModel

/// The containerd that carries a Docker daemon's containers. It is asked for dumps directly.
///
/// Docker has it store a dump as an archive, which Docker then unpacks where it was asked to. The container has ended by then,
/// and all that can fail afterwards costs its memory: storage that is full, a daemon that is killed, and an archive or a
/// configuration that containerd has not yet cleared away since the last dump ("content … already exists"). Given a path,
/// containerd has CRIU write there, and stores nothing: a container has ended when its dump is whole, and not before.
struct Containerd: Sendable {
    /// Docker's containers are there.
    private static let namespace = "moby"

    private let clients: [GRPCClient]

    /// A containerd at one of these sockets.
    init(sockets: [String]) throws(StepFailure) {
        clients = try sockets.map { socket throws(StepFailure) in
            try GRPCClient(socket: socket, metadata: [.containerdNamespace: Self.namespace])
        }
    }

    /// Has a container's memory written to a directory.
    /// - Parameters:
    ///   - container: Docker's id of it.
    ///   - directory: where to; it is made.
    ///   - logs: where CRIU writes its log, and what it measured; there must be such a directory.
    ///   - exit: whether the container ends by it, or goes on.
    ///   - timeout: how long it may take. It goes on when the time is over: see `process(of:)`.
    func dump(
        _ container: String, into directory: String, logs: String, exit: Bool, within timeout: Duration = .seconds(120)
    ) async throws(GRPCError) {
        var options = ProtobufWriter()
        options.flag(1, exit)
        options.text(8, directory)
        options.text(9, logs)
        var request = ProtobufWriter()
        request.text(1, container)
        request.message(3) { any in
            any.text(1, "containerd.runc.v1.CheckpointOptions")
            any.block(2, options.bytes)
        }
        _ = try await ask("/containerd.services.tasks.v1.Tasks/Checkpoint", request, within: timeout)
    }

    /// The first process of a container; `nil` when it does not run. While a dump is under way, whoever asked for it, that is
    /// not known; this waits for its end.
    func process(of container: String, within timeout: Duration = .seconds(120)) async throws(GRPCError) -> Int32? {
        let end = ContinuousClock.now + timeout
        while true {
            switch try await status(of: container) {
            case .alive(let process): return process
            case .ended: return nil
            case .unknown: break
            }
            guard ContinuousClock.now < end, !Task.isCancelled else {
                throw .unreachable("containerd does not know how the container stands")
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private enum Status {
        case alive(Int32)
        case ended
        case unknown
    }

    private func status(of container: String) async throws(GRPCError) -> Status {
        var request = ProtobufWriter()
        request.text(1, container)
        let answer: ProtobufMessage
        do throws(GRPCError) {
            answer = try await ask("/containerd.services.tasks.v1.Tasks/Get", request, within: .seconds(10))
        } catch .refused(.notFound, _) {
            return .ended
        } catch .refused(.deadlineExceeded, _) {
            return .unknown
        } catch {
            throw error
        }
        guard let process = try? answer.message(1), let number = process.integer(3).flatMap({ Int32(exactly: $0) })
        else { throw .invalidAnswer("it does not say which process it is") }
        return switch process.integer(4) {
        case 1, 2, 4, 5: .alive(number)
        case 3: .ended
        default: .unknown
        }
    }

    /// Its version, such as `1.6.20~ds1`.
    func version() async throws(GRPCError) -> String {
        let answer = try await ask(
            "/containerd.services.version.v1.Version/Version", ProtobufWriter(), within: .seconds(5))
        return answer.text(1) ?? ""
    }

    /// Asks those that are there, one after the other, until one has what is asked for.
    private func ask(
        _ method: String, _ request: ProtobufWriter, within timeout: Duration
    ) async throws(GRPCError) -> ProtobufMessage {
        let present = clients.filter { FileTree.exists($0.socket) }
        guard let last = present.last else {
            let sockets = clients.map(\.socket).joined(separator: " or ")
            throw .unreachable("there is no socket of containerd at \(sockets): name it with --containerd")
        }
        for client in present.dropLast() {
            do throws(GRPCError) {
                return try await client.call(method, request.bytes, within: timeout)
            } catch .refused(.notFound, _) {
                continue
            } catch {
                throw error
            }
        }
        return try await last.call(method, request.bytes, within: timeout)
    }
}
