import FleetModel
import Testing

@testable import FleetCore

/// What follows from what a host's agent tells of its containers.
@Suite("What a host has")
struct HostFindingsTests {
    private let here = HostName(known: "here")
    private let there = HostName(known: "there")

    @Test("a container that should run and does not is asked for, whether all was told or only what has changed")
    func absent() throws {
        let fleet = try fleet { $0.host = here }
        let whole = fleet.judge(HostFindings(HostInventory(containers: [])), of: here)
        #expect(whole.absent.map(\.name.text) == ["c"])
        let gone = fleet.judge(HostFindings(InventoryNews(changed: [], gone: [name])), of: here)
        #expect(gone.absent.map(\.name.text) == ["c"])
        let exited = fleet.judge(news(.exited(nil)), of: here)
        #expect(exited.absent.map(\.name.text) == ["c"])
        let other = fleet.judge(HostFindings(InventoryNews(changed: [], gone: [ContainerName(known: "x")])), of: here)
        #expect(other.isEmpty && other.later == nil)
        let fine = fleet.judge(news(.running), of: here)
        #expect(fine.isEmpty && fine.later == nil)
    }

    @Test("of two copies that a host has, the one that runs counts")
    func copies() throws {
        let fleet = try fleet { $0.host = here }
        let both = HostInventory(containers: [presence(.dumped(RelocationID(1))), presence(.running)])
        #expect(fleet.judge(HostFindings(both), of: here).isEmpty)
    }

    @Test("addresses that a container does not have any more are idle")
    func idle() throws {
        let old = IPv4Address(number: 7)
        let fleet = try fleet {
            $0.host = here
            $0.retainedAddresses = [old]
        }
        var presence = presence(.running)
        #expect(fleet.judge(HostFindings(InventoryNews(changed: [presence])), of: here).idle.map(\.name.text) == ["c"])
        presence.retainedAddresses = [old]
        #expect(fleet.judge(HostFindings(InventoryNews(changed: [presence])), of: here).isEmpty)
    }

    @Test("what is settled elsewhere is a stray; what the fleet does not know is left alone")
    func strays() throws {
        let fleet = try fleet { $0.host = there }
        #expect(fleet.judge(news(.running), of: here).strays == [name])
        let unknown = ContainerPresence(
            name: ContainerName(known: "x"), state: .running, address: nil, retainedAddresses: [])
        let judgement = fleet.judge(HostFindings(InventoryNews(changed: [unknown])), of: here)
        #expect(judgement.isEmpty && judgement.later == nil)
    }

    @Test("what is being moved is judged after that, though it is not told again")
    func moving() throws {
        var fleet = try fleet {
            $0.host = here
            $0.state = .relocating(RelocationID(1))
        }
        let now = fleet.judge(HostFindings(InventoryNews(changed: [], gone: [name])), of: here)
        #expect(now.isEmpty)
        let later = try #require(now.later)
        fleet.apply(.container(try container { $0.host = here }))
        let then = fleet.judge(later, of: here)
        #expect(then.absent.map(\.name.text) == ["c"])
        #expect(then.later == nil)
        fleet.apply(.container(try container { $0.host = there }))
        let moved = fleet.judge(later, of: here)
        #expect(moved.isEmpty && moved.later == nil)
    }

    @Test("what a move has left is looked at again, while that is being swept up; what runs is a stray at once")
    func patience() throws {
        var fleet = try fleet { $0.host = there }
        let alarm = Alarm(kind: .leftover, subject: "relocation-1", message: "left", raisedAt: epoch)
        fleet.apply(.alarm(alarm))
        #expect(fleet.judge(news(.running), of: here).strays == [name])
        let now = fleet.judge(news(.dumped(RelocationID(1))), of: here)
        #expect(now.isEmpty)
        var cleared = alarm
        cleared.clearedAt = epoch
        fleet.apply(.alarm(cleared))
        #expect(fleet.judge(try #require(now.later), of: here).strays == [name])
    }

    @Test("of what was told before, that counts of which nothing was told since, unless all was")
    func order() throws {
        let before = HostFindings(HostInventory(containers: [presence(.running)]))
        let gone = HostFindings(InventoryNews(changed: [], gone: [name]))
        let fleet = try fleet { $0.host = here }
        #expect(fleet.judge(gone.after(before), of: here).absent.count == 1)
        #expect(fleet.judge(before.after(gone), of: here).isEmpty)
        let other = HostFindings(InventoryNews(changed: [], gone: [ContainerName(known: "x")]))
        #expect(fleet.judge(other.after(gone), of: here).absent.count == 1)
        #expect(fleet.judge(other.after(before), of: here).isEmpty)
        #expect(before.after(nil) == before)
    }

    @Test("what something follows from can be judged once more, without the rest")
    func basis() throws {
        let fleet = try fleet { $0.host = here }
        let absent = fleet.judge(HostFindings(HostInventory(containers: [])), of: here)
        #expect(absent.basis == HostFindings(InventoryNews(changed: [], gone: [name])))
        #expect(fleet.judge(absent.basis, of: here).absent.count == 1)
        let fine = fleet.judge(HostFindings(HostInventory(containers: [presence(.running)])), of: here)
        #expect(fine.basis == HostFindings(InventoryNews(changed: [])))
    }

    private let name = ContainerName(known: "c")

    private func news(_ state: PresenceState) -> HostFindings {
        HostFindings(InventoryNews(changed: [presence(state)]))
    }

    private func presence(_ state: PresenceState) -> ContainerPresence {
        ContainerPresence(name: name, state: state, address: nil, retainedAddresses: [])
    }

    private func container(_ edit: (inout Container) -> Void) throws -> Container {
        var container = Container(
            spec: ContainerSpec(
                name: name, tenant: TenantName(known: "acme"), image: "echo",
                digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)), runtime: .simulated),
            state: .running, createdAt: Timestamp(milliseconds: 0))
        edit(&container)
        return container
    }

    private func fleet(_ edit: (inout Container) -> Void) throws -> FleetState {
        var state = FleetState()
        state.apply(.container(try container(edit)))
        return state
    }
}
