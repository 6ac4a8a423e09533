import FleetModel
import Synchronization

/// By which secrets hosts are known.
final class Credentials: Sendable {
    private struct Table {
        var byHost: [HostName: SecretHash]
        var hosts: [SecretHash: HostName]
    }

    private let table: Mutex<Table>

    /// Those that a ledger remembers.
    init(_ credentials: [HostName: SecretHash]) {
        let hosts = Dictionary(credentials.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
        table = Mutex(Table(byHost: credentials, hosts: hosts))
    }

    /// What a host's credential must match; `nil` when it has none.
    subscript(host: HostName) -> SecretHash? { table.withLock { $0.byHost[host] } }

    /// The host that a credential belongs to.
    func host(with hash: SecretHash) -> HostName? { table.withLock { $0.hosts[hash] } }

    /// Gives a host a credential; an earlier one proves nothing any more. `nil` takes it away.
    func set(_ hash: SecretHash?, of host: HostName) {
        table.withLock { table in
            if let old = table.byHost.removeValue(forKey: host) { table.hosts[old] = nil }
            guard let hash else { return }
            table.byHost[host] = hash
            table.hosts[hash] = host
        }
    }
}
