import ArgumentParser
import FleetModel
import HTTP

// The vocabulary as arguments: what is wrong with one is said in the vocabulary's own words.

extension Name: ExpressibleByArgument {
    /// Reads an argument; `nil` when it is not of the type's form.
    public init?(argument: String) { try? self.init(argument) }
}

extension IPv4Address: ExpressibleByArgument {
    /// Reads an argument; `nil` when it is not of the type's form.
    public init?(argument: String) { try? self.init(argument) }
}

extension IPv4Network: ExpressibleByArgument {
    /// Reads an argument; `nil` when it is not of the type's form.
    public init?(argument: String) { try? self.init(argument) }
}

extension HostRole: ExpressibleByArgument {}
extension RuntimeKind: ExpressibleByArgument {}
