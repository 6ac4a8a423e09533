import FleetModel

/// What the kernel says about the processor's weaknesses and what it does against them.
enum Mitigations {
    private static let folder = "/sys/devices/system/cpu"

    /// The kernel's files by name with what they say, and `smt` with `on` or `off`; `nil` when there are none.
    static func attribute(_ files: FactFiles) -> AttributeValue? {
        var table: [String: String] = [:]
        for name in files.names(in: "\(folder)/vulnerabilities") {
            table[name] = files.line("\(folder)/vulnerabilities/\(name)")
        }
        switch files.line("\(folder)/smt/active") {
        case "1": table["smt"] = "on"
        case "0": table["smt"] = "off"
        default: break
        }
        return table.isEmpty ? nil : .table(table)
    }
}
