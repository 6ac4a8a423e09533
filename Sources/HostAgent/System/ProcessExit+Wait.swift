import FleetModel

extension ProcessExit {
    /// What wait(2) says of a process that has ended.
    init(waitStatus: Int32) {
        self = waitStatus & 0x7F == 0 ? .code(Int(waitStatus >> 8 & 0xFF)) : .signal(Int(waitStatus & 0x7F))
    }
}
