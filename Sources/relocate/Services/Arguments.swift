import ArgumentParser
import FleetModel
import HTTP

// The vocabulary as arguments: what is wrong with one is said in the vocabulary's own words.

extension Name: ExpressibleByArgument {
    public init?(argument: String) { try? self.init(argument) }
}

extension IPv4Address: ExpressibleByArgument {
    public init?(argument: String) { try? self.init(argument) }
}

extension IPv4Network: ExpressibleByArgument {
    public init?(argument: String) { try? self.init(argument) }
}

extension HostRole: ExpressibleByArgument {}
extension RuntimeKind: ExpressibleByArgument {}
