/// What has changed on a host since its agent last told what is there: where many containers are, far less than all of it.
public struct InventoryNews: Codable, Sendable, Hashable {
    /// All that there is now of those containers of which something has changed.
    public var changed: [ContainerPresence]
    /// The containers of which nothing is left.
    public var gone: [ContainerName]

    /// What has changed.
    public init(changed: [ContainerPresence], gone: [ContainerName] = []) {
        self.changed = changed
        self.gone = gone
    }

    /// What has changed from one inventory to another; `nil` when more has than containers that the agent holds.
    public init?(from old: HostInventory, to new: HostInventory) {
        guard old.adoptable == new.adoptable else { return nil }
        let before = Dictionary(grouping: old.containers, by: \.name)
        let after = Dictionary(grouping: new.containers, by: \.name)
        changed = new.containers.filter { before[$0.name] != after[$0.name] }
        gone = before.keys.filter { after[$0] == nil }.sorted()
    }
}
