import FleetModel

extension OrderID {
    /// An id that no order had before, for what is to be done anew each time it is asked for.
    static func fresh(_ operation: String, _ step: String) -> OrderID {
        OrderID(operation: operation, step: "\(step)-\(Timestamp.now.milliseconds)-\(UInt32.random(in: 0 ... .max))")
    }
}
