import CLinux

/// CRIU's remote procedure calls, as a `criu swrk` worker understands them.
///
/// A worker is a CRIU process that shares one SOCK_SEQPACKET socket with the agent. It takes one request, a dump or a
/// restore, and while it works on it, it sends notifications and waits at each until the agent has answered. Three of
/// them carry this project:
///
/// - `post-dump`: the dump is whole and the tasks are still stopped. Answered with success, CRIU ends the tasks;
///   answered with failure, or not at all because the agent has died, CRIU lets them run on.
/// - `setup-namespaces`: the first task is in its new namespaces. Its network namespace is empty, and is furnished now.
/// - `post-restore`: the tasks exist again, with their sockets, and not one instruction of theirs has run. As long as
///   it is not answered, they are held. Answered with failure, or when the agent dies, CRIU kills them.
///
/// So both ends of a move are safe against the agent's death at any instant, without a line of recovery code.
///
/// A `VERSION` request with `keep_open` is sent first, to have the worker loaded and running before it is needed.
/// The numbers below are the field numbers of CRIU's `rpc.proto`.
enum CriuRequest: Sendable {
    case version
    case dump(CriuOptions, process: Int32, leaveRunning: Bool)
    case restore(CriuOptions, inherited: [InheritedDescriptor])
    /// The answer to a notification.
    case handled(Bool)

    var bytes: [UInt8] {
        var writer = ProtobufWriter()
        switch self {
        case .version:
            writer.integer(1, 10)
            writer.flag(4, true)
        case .dump(let options, let process, let leaveRunning):
            writer.integer(1, 1)
            writer.message(2) { message in
                options.write(to: &message)
                message.integer(2, Int(process))
                message.flag(3, leaveRunning)
            }
        case .restore(let options, let inherited):
            writer.integer(1, 2)
            writer.message(2) { message in
                options.write(to: &message)
                for descriptor in inherited {
                    message.message(27) { pair in
                        pair.text(1, descriptor.resource)
                        pair.integer(2, Int(descriptor.number))
                    }
                }
            }
        case .handled(let success):
            writer.integer(1, 6)
            writer.flag(3, success)
        }
        return writer.bytes
    }
}

/// A descriptor of the worker that takes the place of one the dumped tasks had.
struct InheritedDescriptor: Sendable, Hashable {
    /// What the tasks had, such as `pipe:[4711]`.
    var resource: String
    /// The descriptor's number in the worker.
    var number: Int32
}

/// How CRIU is to work: what dump and restore have in common.
struct CriuOptions: Sendable, Hashable {
    /// Where the dump's images lie.
    var images: String
    /// The mounted root of the container.
    var root: String
    /// The name of the log, in the images' directory.
    var logFile: String
    /// 1: errors only. Each further level costs a write per line.
    var logLevel = 1
    /// The largest deleted but open file that travels in the dump, in bytes.
    var ghostLimit = 1 << 30
    /// Where files lie that the tasks watch, as paths in the container. See `WatchedFiles`.
    var watchedPaths: [String] = []
    /// What the tasks have open that lies on no mount of theirs. See `ExternalFile`.
    var external: [String] = []
    /// How long CRIU may take to stop the tasks, in seconds.
    var freezeTimeoutSeconds = 5

    fileprivate func write(to message: inout ProtobufWriter) {
        message.integer(1, -1)  // no descriptor: the images are given by path
        message.text(68, images)
        message.integer(9, logLevel)
        message.text(10, logFile)
        message.text(13, root)
        message.flag(5, true)  // tcp_established
        message.flag(46, true)  // tcp_skip_in_flight: clients send their SYN again
        message.integer(64, 3)  // network_lock SKIP: the packet hold replaces it
        message.integer(34, 0)  // manage_cgroups_mode IGNORE: a worker restores into its own control groups
        message.flag(8, true)  // file_locks
        message.flag(18, true)  // link_remap
        message.integer(35, ghostLimit)
        // The network is no part of a dump: whoever restores makes an empty namespace, and the agent furnishes it.
        message.integer(38, Int(linux_new_network_namespace))  // empty_ns
        for path in watchedPaths { message.text(36, path) }  // irmap_scan_paths
        for name in external { message.text(37, name) }
        message.integer(45, freezeTimeoutSeconds)
        message.flag(12, true)  // notify_scripts
    }
}

/// What a worker says.
enum CriuResponse: Sendable, Equatable {
    case version(major: Int, minor: Int, patch: Int)
    /// The worker waits for an answer. `process` is the restored tasks' first, where CRIU says it.
    case notification(String, process: Int32?)
    case dumped
    case restored(process: Int32)
    /// The request was not carried out; `message` is the first error CRIU met.
    case refused(message: String)

    /// - Throws: `ProtobufError` for anything that is not one of these.
    init(_ bytes: [UInt8]) throws(ProtobufError) {
        let message = try ProtobufMessage(bytes)
        guard message.flag(2) == true else {
            self = .refused(message: message.text(9) ?? "error \(message.integer(7) ?? 0)")
            return
        }
        switch message.integer(1) {
        case 10:
            guard let version = try message.message(10) else { throw .malformed }
            self = .version(
                major: version.integer(1) ?? 0, minor: version.integer(2) ?? 0, patch: version.integer(4) ?? 0)
        case 6:
            guard let notice = try message.message(5), let name = notice.text(1) else { throw .malformed }
            self = .notification(name, process: notice.integer(2).flatMap(Int32.init(exactly:)))
        case 1:
            self = .dumped
        case 2:
            let process = try message.message(4)?.integer(1).flatMap(Int32.init(exactly:))
            guard let process, process > 0 else { throw .malformed }
            self = .restored(process: process)
        default:
            throw .malformed
        }
    }
}
