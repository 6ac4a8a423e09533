import FleetModel
import Testing

@Suite("What has changed on a host")
struct InventoryNewsTests {
    @Test("it names what is new, what is different and what is gone, with every copy of it")
    func difference() throws {
        let before = HostInventory(containers: [
            presence("gone", .running), presence("same", .running), presence("twice", .running),
            presence("other", .running),
        ])
        let after = HostInventory(containers: [
            presence("new", .running), presence("other", .exited(nil)), presence("same", .running),
            presence("twice", .running), presence("twice", .dumped(RelocationID(7))),
        ])
        let news = try #require(InventoryNews(from: before, to: after))
        #expect(news.changed == after.containers.filter { $0.name.text != "same" })
        #expect(news.gone.map(\.text) == ["gone"])
        #expect(InventoryNews(from: after, to: after) == InventoryNews(changed: []))
    }

    @Test("what could be adopted is told with all that there is")
    func adoptable() throws {
        let before = HostInventory(containers: [])
        var after = before
        after.adoptable = []
        #expect(InventoryNews(from: before, to: after) == nil)
    }

    private func presence(_ name: String, _ state: PresenceState) -> ContainerPresence {
        ContainerPresence(name: ContainerName(known: name), state: state, address: nil, retainedAddresses: [])
    }
}
