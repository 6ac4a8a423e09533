import Certificates
import Glibc
import Logging
import Synchronization

/// A server's certificate and rules, which can be replaced while it runs.
///
/// Whenever a connection is accepted, at most once a second, the files are looked at; when one has changed, new
/// connections get the new certificate. Those that are open go on with theirs. While new files are not right, such as a
/// certificate that is there before its key, the old ones stay in use and the log has an error.
public final class TLSServerContext: Sendable {
    private struct State {
        var context: TLSContext
        var stamps: [FileStamp?]
        var nextLook: MonotonicTime
    }

    private static let lookInterval = Duration.seconds(1)

    private let configuration: TLSServerConfiguration
    private let files: [String]
    private let state: Mutex<State>

    /// Reads certificates and key. Throws `HTTPError` with the code `tlsFailed` if they cannot be used.
    public init(_ configuration: TLSServerConfiguration) throws {
        self.configuration = configuration
        files = configuration.files
        // Looking before reading: what changes in between is seen as changed the next time.
        let stamps = files.map(FileStamp.init)
        let context = try TLSContext(configuration)
        state = Mutex(State(context: context, stamps: stamps, nextLook: .now() + Self.lookInterval))
    }

    /// Reads certificates and key again, for connections from now on. Throws `HTTPError` with the code `tlsFailed` if they
    /// cannot be used, and keeps the old ones.
    public func reload() throws {
        try state.withLock { try reload(&$0, files.map(FileStamp.init)) }
    }

    private func reload(_ state: inout State, _ stamps: [FileStamp?]) throws {
        state.stamps = stamps
        state.context = try TLSContext(configuration)
    }

    /// What a new connection uses.
    func current(_ logger: Logger) -> TLSContext {
        let (context, failure) = state.withLock { state -> (TLSContext, (any Error)?) in
            let now = MonotonicTime.now()
            guard now >= state.nextLook else { return (state.context, nil) }
            state.nextLook = now + Self.lookInterval
            let stamps = files.map(FileStamp.init)
            guard stamps != state.stamps else { return (state.context, nil) }
            do {
                try reload(&state, stamps)
                return (state.context, nil)
            } catch {
                return (state.context, error)
            }
        }
        if let failure {
            logger.error("the new TLS certificate is not used", metadata: ["error": "\(failure)"])
        }
        return context
    }
}

extension TLSServerConfiguration {
    /// The files that it is read from.
    fileprivate var files: [String] {
        var sources = [identity.certificates, identity.key]
        switch clientCertificates {
        case .none: break
        case .optional(let authorities), .required(let authorities): sources.append(authorities)
        }
        return sources.compactMap { source in
            if case .file(let path) = source { return path }
            return nil
        }
    }
}

/// What tells one content of a file from another without reading it.
private struct FileStamp: Equatable {
    var inode: UInt
    var size: Int
    var seconds: Int
    var nanoseconds: Int

    /// Nil if there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
