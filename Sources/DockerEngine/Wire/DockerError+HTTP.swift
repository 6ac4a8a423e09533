import Glibc
import HTTP

extension DockerError {
    /// What a failure on the way to the daemon or back means.
    init(_ error: any Error, socket: String, doing task: String) {
        switch error {
        case let known as DockerError:
            self = known
        case is CancellationError:
            self = .cancelled
        case let known as HTTPError:
            self.init(known, socket, task)
        default:
            self = .invalidAnswer("\(task): \(error)")
        }
    }

    private init(_ error: HTTPError, _ socket: String, _ task: String) {
        switch error.code {
        case .connectFailed, .invalidAddress:
            let number = (error.cause as? SystemError)?.number
            self = .unreachable(reason: Self.reason(socket: socket, errno: number, otherwise: error.message))
        case .connectionClosed, .writeStalled:
            self = .unreachable(
                reason: "\(task): the connection to Docker at \(socket) broke (\(error.message)); "
                    + "see whether the daemon was restarted")
        case .timeout:
            self = .timeout("\(task): Docker at \(socket) did not answer in time")
        case .cancelled:
            self = .cancelled
        case .system, .invalidHeader, .bodyLengthMismatch:
            self = .invalidRequest("\(task): \(error.message)")
        default:
            self = .invalidAnswer("\(task): \(error.message)")
        }
    }

    /// Why nobody answers at a socket, and what to do.
    static func reason(socket: String, errno number: Int32?, otherwise message: String) -> String {
        switch number {
        case ENOENT:
            "there is no socket at \(socket): start Docker (systemctl start docker), or give the path of its socket"
        case ECONNREFUSED:
            "nobody listens at \(socket): Docker has stopped there; start it again (systemctl start docker)"
        case EACCES, EPERM:
            "no permission to use \(socket): run as root, or as a member of the group that owns the socket (docker)"
        case EAGAIN:
            "Docker at \(socket) does not take connections at the moment: it is overloaded or stopped; try again"
        default:
            "Docker at \(socket) cannot be reached: \(message)"
        }
    }
}
