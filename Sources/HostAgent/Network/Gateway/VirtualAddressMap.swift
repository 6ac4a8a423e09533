import FleetModel
import FoundationEssentials

/// Which ports of which virtual addresses are mapped, as the kernel has them, and the scripts that change them.
struct VirtualAddressMap: Sendable, Hashable {
    private(set) var ports: [IPv4Address: Set<UInt16>] = [:]

    /// An empty map.
    init() {}

    /// The map in the output of `nft -j list map`.
    /// - Throws: `DecodingError` when the output is not of the form that nftables documents (libnftables-json(5)).
    init(listing: String) throws {
        for object in try FleetJSON.decode(Listing.self, from: listing.utf8).nftables {
            for element in object.map?.elem ?? [] {
                ports[try IPv4Address(element.address), default: []].insert(element.port)
            }
        }
    }

    /// Maps a virtual address, taking away what else of it is mapped: one transaction.
    mutating func announce(_ order: AnnounceOrder) -> String {
        let script =
            removal(of: order.virtualAddress)
            + order.ports.map { mapping in
                "add element ip relocate_gateway vips { \(order.virtualAddress) . \(mapping.port)"
                    + " : \(order.address) . \(mapping.containerPort) }\n"
            }.joined()
        ports[order.virtualAddress] = Set(order.ports.map(\.port))
        return script
    }

    /// Takes a virtual address away; an empty script when nothing of it is mapped.
    mutating func withdraw(_ address: IPv4Address) -> String {
        let script = removal(of: address)
        ports[address] = nil
        return script
    }

    private func removal(of address: IPv4Address) -> String {
        (ports[address] ?? []).sorted().map { "delete element ip relocate_gateway vips { \(address) . \($0) }\n" }
            .joined()
    }
}

private struct Listing: Decodable {
    struct Object: Decodable { var map: Map? }
    struct Map: Decodable { var elem: [Element]? }

    /// `[{"concat": ["203.0.113.5", 80]}, {"concat": ["10.88.0.7", 8080]}]`
    struct Element: Decodable {
        struct Key: Decodable { var concat: Parts }
        struct Parts: Decodable {
            var address: String
            var port: UInt16
            init(from decoder: any Decoder) throws {
                var parts = try decoder.unkeyedContainer()
                address = try parts.decode(String.self)
                port = try parts.decode(UInt16.self)
            }
        }

        var address: String
        var port: UInt16
        init(from decoder: any Decoder) throws {
            var pair = try decoder.unkeyedContainer()
            let key = try pair.decode(Key.self)
            address = key.concat.address
            port = key.concat.port
        }
    }

    var nftables: [Object]
}
