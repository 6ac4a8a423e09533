import FleetModel
import Glibc

extension StepFailure {
    /// A system call failed: `doing` completes "cannot …". A full disk or a lack of memory is told apart, since the
    /// container may well fit elsewhere.
    init(_ doing: String, errno number: Int32, code: FailureCode = .runtimeFailed) {
        let isLimit = [ENOSPC, ENOMEM, EDQUOT, EMFILE, ENFILE, EAGAIN].contains(number)
        self.init(
            code: isLimit ? .resourceExhausted : code, message: "cannot \(doing)",
            toolMessage: String(cString: strerror(number)))
    }
}
