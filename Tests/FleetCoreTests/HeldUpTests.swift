import FleetModel
import MovingTarget
import Testing

@testable import FleetCore

@Suite("Moves that wait beyond their containers' deadlines")
struct HeldUpTests {
    /// A fleet in which a container of acme waits to leave host 1, and one of bravo is being moved away from it.
    private func waiting() throws -> (SmallFleet, StartQueue.Waiting, holder: RelocationID) {
        var fleet = try SmallFleet()
        let holder = try fleet.open(try fleet.add("slow", of: "bravo")) { $0.startedAt = epoch.advanced(bySeconds: 7) }
        let id = try fleet.open(try fleet.add("shop"), to: nil, .queued, trigger: .clock)
        return (fleet, fleet.state.waiting(try #require(fleet.state.relocations[id])), holder)
    }

    private func message(_ fleet: SmallFleet) -> String? { fleet.state.alarms(of: .heldUp).first?.message }

    @Test("the alarm says which container waits since when, and whose hold the slots that it waits for")
    func words() throws {
        let (fleet, waiting, holder) = try waiting()
        let deadline = try #require(waiting.deadline)
        let begin =
            "container 'shop' of tenant 'acme' was to leave host 'host1' by \(deadline) and waits since \(epoch): "
        let slow = "container 'slow' of tenant 'bravo' since \(epoch.advanced(bySeconds: 7)) (relocation \(holder))"
        let table: [(StartQueue.Obstacle, String)] = [
            (.fleet, "the fleet's slots are held by \(slow)"), (.tenant, "its tenant's slots are held by \(slow)"),
            (.host(waiting.source), "the slots of host 'host1' are held by \(slow)"),
            (.share(waiting.source), "its tenant's slots of host 'host1' are held by \(slow)"),
        ]
        for (obstacle, words) in table {
            var fleet = fleet
            fleet.change { $0.noticeWait(waiting, for: obstacle, heldBy: [holder]) }
            #expect(message(fleet) == begin + words)
        }
    }

    @Test("of very many that hold slots some are named, and how many more there are")
    func many() throws {
        var (fleet, waiting, holder) = try waiting()
        let others = (1000..<1100).map { RelocationID($0) }
        fleet.change { $0.noticeWait(waiting, for: .fleet, heldBy: [holder] + others) }
        #expect(message(fleet)?.hasSuffix("(relocation \(holder)), 100 more") == true)
    }

    @Test("where no slot is lacking it says what is: the host or the gateway that is not heard, or room elsewhere")
    func otherReasons() throws {
        var (fleet, waiting, _) = try waiting()
        fleet.change { $0.noticeWait(waiting, for: nil, heldBy: []) }
        #expect(message(fleet)?.contains("there is a slot for it, but every host that may take it is busy") == true)
        try fleet.set(1) { $0.state = .unreachable }
        fleet.change { $0.noticeWait(waiting, for: nil, heldBy: []) }
        #expect(message(fleet)?.contains("host 'host1' has not been heard since") == true)
    }

    @Test("it goes when the move begins, is given up or is called off, and does not come for one that does not wait")
    func over() throws {
        var (fleet, waiting, holder) = try waiting()
        fleet.change { $0.noticeWait(waiting, for: .fleet, heldBy: [holder]) }
        #expect(fleet.state.standing == ["heldUp shop"])
        let (destination, network) = (fleet.hosts[2], fleet.network)
        let ends: [(inout FleetDraft) throws -> Void] = [
            { #expect($0.begin(waiting.id, at: destination, nil, in: network) == .begun) },
            { $0.cannotBegin(waiting.id, nil, because: StepFailure(code: .notHere, message: "gone")) },
            { draft in
                var relocation = try #require(draft.state.relocations[waiting.id])
                draft.callOff(&relocation)
                draft.record(.relocation(relocation))
            },
            { try $0.ended(ContainerName("shop"), with: .code(0), "it ended") },
        ]
        for end in ends {
            var ended = fleet
            try ended.change(end)
            #expect(!ended.state.standing.contains("heldUp shop"))
            ended.change { $0.noticeWait(waiting, for: .fleet, heldBy: [holder]) }
            #expect(!ended.state.standing.contains("heldUp shop"), "it waits no longer")
        }
    }

    @Test("who has others beside it, on a host and in the fleet")
    func others() throws {
        var fleet = try SmallFleet()
        let (acme, bravo) = (try TenantName("acme"), try TenantName("bravo"))
        #expect(!fleet.state.hasOthers(than: acme, on: nil) && !fleet.state.hasOthers(than: acme, on: fleet.hosts[1]))
        try fleet.add("shop")
        #expect(!fleet.state.hasOthers(than: acme, on: fleet.hosts[1]) && !fleet.state.hasOthers(than: acme, on: nil))
        #expect(fleet.state.hasOthers(than: bravo, on: fleet.hosts[1]) && fleet.state.hasOthers(than: bravo, on: nil))
        let other = try fleet.add("other", of: "bravo", on: 2)
        #expect(!fleet.state.hasOthers(than: acme, on: fleet.hosts[1]) && fleet.state.hasOthers(than: acme, on: nil))
        try fleet.open(other, from: 2, to: 1)
        #expect(fleet.state.hasOthers(than: acme, on: fleet.hosts[1]), "what is on its way counts")
    }
}
