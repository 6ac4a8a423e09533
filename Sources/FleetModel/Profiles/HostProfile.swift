/// What a host is made of, as far as attacks may depend on it: the facts that the distance of two hosts is counted from.
///
/// An attribute that is not there is not known. Its absence never makes hosts look different.
public struct HostProfile: Codable, Sendable, Hashable {
    /// Kernel, distribution, C library, processor and so on, by name.
    public var configuration: [String: AttributeValue]
    /// Subnets, driver, firewall, zone, by name.
    public var network: [String: AttributeValue]
    /// What listens and runs, by name.
    public var services: [String: AttributeValue]

    /// A profile.
    public init(
        configuration: [String: AttributeValue] = [:], network: [String: AttributeValue] = [:],
        services: [String: AttributeValue] = [:]
    ) {
        self.configuration = configuration
        self.network = network
        self.services = services
    }

    /// The attributes of a group.
    public subscript(group: AttributeGroup) -> [String: AttributeValue] {
        get {
            switch group {
            case .configuration: configuration
            case .network: network
            case .services: services
            }
        }
        set {
            switch group {
            case .configuration: configuration = newValue
            case .network: network = newValue
            case .services: services = newValue
            }
        }
    }

    /// The profile with what an operator says by labels: `profile.GROUP.NAME=VALUE` replaces an attribute or adds one, and
    /// an empty value takes it away. Other labels do not count.
    public func overridden(by labels: [String: String]) -> HostProfile {
        var profile = self
        for (label, text) in labels {
            let parts = label.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "profile", !parts[2].isEmpty,
                let group = AttributeGroup(rawValue: String(parts[1]))
            else { continue }
            profile[group][String(parts[2])] = text.isEmpty ? nil : .text(text)
        }
        return profile
    }
}

/// A group of attributes, each with a weight in the distance of hosts.
public enum AttributeGroup: String, Codable, Sendable, CaseIterable {
    /// C: kernel, processor, distribution, runtime.
    case configuration
    /// N: the host's place in the network, and its network's software.
    case network
    /// S: what the host offers.
    case services
}

/// What an attribute may be.
public enum AttributeValue: Codable, Sendable, Hashable, CustomStringConvertible {
    /// One thing, such as a kernel's release.
    case text(String)
    /// A set of things, such as subnets.
    case list([String])
    /// Things with a property each, such as products with their versions.
    case table([String: String])

    /// Decodes a string, an array of strings or an object of strings.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([String].self) {
            self = .list(list)
        } else {
            self = .table(try value.decode([String: String].self))
        }
    }

    /// Encodes a string, an array of strings or an object of strings.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .text(let text): try value.encode(text)
        case .list(let list): try value.encode(list)
        case .table(let table): try value.encode(table)
        }
    }

    /// The value on one line, equal values alike.
    public var description: String {
        switch self {
        case .text(let text): text
        case .list(let list): list.sorted().joined(separator: ", ")
        case .table(let table): table.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
    }
}

/// The names of the attributes that agents find out. Operators may add others.
public enum AttributeName {
    // configuration
    /// Text: `uname -r`.
    public static let kernel = "kernel"
    /// Table: `id`, `version`, `family` of os-release.
    public static let distribution = "distribution"
    /// Table: `name`, `version`.
    public static let libc = "libc"
    /// Table: `vendor`, `family`, `model`, `stepping`, `microcode`.
    public static let processor = "processor"
    /// Table: the kernel's files on vulnerabilities, and `smt`.
    public static let mitigations = "mitigations"
    /// Table: runtimes' products with their versions.
    public static let runtimes = "runtimes"
    /// List: active security modules.
    public static let securityModules = "securityModules"
    /// Text: 1 or 2.
    public static let cgroup = "cgroup"
    /// Text: the kind of virtual machine, or `none`.
    public static let virtualization = "virtualization"
    // network
    /// List: IPv4 networks in CIDR notation.
    public static let subnets = "subnets"
    /// Text: the driver of the interface, with its firmware.
    public static let driver = "driver"
    /// Text: how containers are connected.
    public static let mode = "mode"
    /// Table: `backend`, and `digest` of the host's own rules.
    public static let firewall = "firewall"
    /// Text: rack, zone or gateway, by an operator.
    public static let zone = "zone"
    // services
    /// Table: `protocol/product` with the product's version.
    public static let listening = "listening"
    /// List: the host's daemons.
    public static let daemons = "daemons"
}
