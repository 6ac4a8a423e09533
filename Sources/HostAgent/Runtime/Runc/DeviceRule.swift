/// A device that containers may use, or may make a node for.
struct DeviceRule: Sendable, Hashable {
    /// `c` or `b`.
    var type: String
    /// Major number; `nil` for all.
    var major: Int?
    /// Minor number; `nil` for all.
    var minor: Int?
    /// Any of `r`, `w` and `m`.
    var access: String

    /// The rule as control groups of version 1 read it.
    var line: String {
        "\(type) \(major.map { "\($0)" } ?? "*"):\(minor.map { "\($0)" } ?? "*") \(access)"
    }

    /// null, zero, full, random, urandom, tty, ptmx and terminals; nothing that reaches a disk or the host's memory.
    static let allowed = [
        DeviceRule(type: "c", major: 1, minor: 3, access: "rwm"),
        DeviceRule(type: "c", major: 1, minor: 5, access: "rwm"),
        DeviceRule(type: "c", major: 1, minor: 7, access: "rwm"),
        DeviceRule(type: "c", major: 1, minor: 8, access: "rwm"),
        DeviceRule(type: "c", major: 1, minor: 9, access: "rwm"),
        DeviceRule(type: "c", major: 5, minor: 0, access: "rwm"),
        DeviceRule(type: "c", major: 5, minor: 2, access: "rwm"),
        DeviceRule(type: "c", major: 136, minor: nil, access: "rwm"),
    ]
}
