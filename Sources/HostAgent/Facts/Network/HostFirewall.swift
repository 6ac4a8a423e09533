import FleetModel

/// Reads the host's packet filter.
struct HostFirewall: Sendable {
    /// The host's own namespace; `nil` for that of the process.
    let namespace: NetworkNamespace?

    /// The rules; `nil` when they cannot be read.
    ///
    /// Relocate's tables are not even listed: the gateway's map of virtual addresses is large.
    func rules() async -> FirewallRules? {
        let nft = Nft(namespace: namespace)
        var rules = FirewallRules()
        do {
            for table in try FirewallRules.tables(await nft.list(["tables"], for: "list of tables")) {
                let json = try await nft.list(["table", table.family, table.name], for: "table \(table.name)")
                rules.nftables += try FirewallRules.normalised(json)
            }
        } catch {
            return nil
        }
        for family in ["ip", "ip6"] {
            let names = try? await withNetworkNamespace(namespace) { () throws(NetlinkError) in
                FactFiles().text("/proc/thread-self/net/\(family)_tables_names")
            }
            // Without the tables in this list the tool would load them, and say that they are empty.
            guard let names = names ?? nil, !names.isEmpty else { continue }
            let tool = "\(family == "ip" ? "iptables" : "ip6tables")-legacy-save"
            guard let text = await ToolOutput.of(tool, [], in: namespace) else { return nil }
            rules.legacy += FirewallRules.legacyRules(text).map { "\(family) \($0)" }
        }
        return rules
    }
}
