import FleetModel
import Glibc
import SystemSupport

extension StepFailure {
    /// A system call failed: `doing` completes "cannot …". A full disk or a lack of memory is told apart, since the
    /// container may well fit elsewhere.
    init(_ doing: String, errno number: Int32, code: FailureCode = .runtimeFailed) {
        let isLimit = [ENOSPC, ENOMEM, EDQUOT, EMFILE, ENFILE, EAGAIN].contains(number)
        self.init(
            code: isLimit ? .resourceExhausted : code, message: "cannot \(doing)",
            toolMessage: String(cString: strerror(number)))
    }

    /// A system call failed.
    init(_ error: SystemCallError) { self.init(error.doing, errno: error.number) }

    /// What a container wrote could not be written down. That is no property of the container: it can be tried again.
    init(writingDown what: String, _ error: any Error) {
        let isFull = "\(error)".contains(String(cString: strerror(ENOSPC)))
        self.init(
            code: isFull ? .resourceExhausted : .runtimeFailed,
            message: "\(what) cannot be written down", toolMessage: "\(error)")
    }
}
