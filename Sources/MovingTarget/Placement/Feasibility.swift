import FleetModel

/// What stands against a host for one request. It must be settled before any host is scored: a host that cannot take the
/// container may be as different as it likes.
struct Feasibility {
    private let request: PlacementRequest
    private let index: PlacementIndex
    private let source: PlacementIndex.Kind?
    private let isKindFeasible: [Bool]
    private let sourceSlot: Int32?
    private let requestedSlot: Int32?
    /// The hosts that are busy, or carry somebody beside whom the container must not be.
    private let barred: SlotSet
    private let neverBeside: [Party]
    /// The hosts that carry the container's own party, where it matters.
    private let ownSlots: Set<Int32>
    private let neededBytes: Int
    private let neededMagnitude: Int8

    init(_ request: PlacementRequest, in index: PlacementIndex) {
        self.request = request
        self.index = index
        source = request.source.flatMap { index.slots[$0] }.flatMap { index.entries[Int($0)] }
            .map { index.kinds[Int($0.kind)] }
        let (runtime, source) = (request.runtime, source)
        isKindFeasible = index.kinds.map { Self.reasons(against: $0, runtime, source).isEmpty }
        neverBeside = request.neverBeside.sorted()
        sourceSlot = request.source.flatMap { index.slots[$0] }
        requestedSlot = request.requested.flatMap { index.slots[$0] }
        var barred = SlotSet(of: index.entries.count)
        barred.insert(request.busy.lazy.compactMap { index.slots[$0] })
        for party in neverBeside { barred.insert(index.slotsByParty[party] ?? []) }
        if !request.besideImmovable {
            barred.insert(index.refusers.keys.lazy.filter { index.refuser(on: $0, toward: request.party) != nil })
        }
        self.barred = barred
        ownSlots = request.isAlone ? request.party.flatMap { index.slotsByParty[$0] } ?? [] : []
        neededBytes = request.memoryBytes
        neededMagnitude = PlacementIndex.magnitude(of: neededBytes)
    }

    /// How a bucket stands whose hosts are nothing special.
    enum Standing {
        /// All of them can take the container.
        case all
        /// None can.
        case none
        /// It depends on each one's free memory.
        case each
    }

    /// How the hosts of a bucket stand that the request does not name and whose tenants do not matter.
    func standing(of key: PlacementIndex.BucketKey) -> Standing {
        if request.isAlone, key.isOccupied { return .none }
        guard request.requested == nil, !key.isFull, isKindFeasible[Int(key.kind)] else { return .none }
        guard neededBytes > 0 else { return key.memoryMagnitude < 0 ? .each : .all }
        if key.memoryMagnitude < neededMagnitude { return .none }
        return key.memoryMagnitude > neededMagnitude ? .all : .each
    }

    /// Whether a host can take the container, suspicion apart: whether there are no reasons against it.
    func canTake(_ slot: Int32, _ figures: PlacementIndex.Figures) -> Bool {
        isKindFeasible[Int(figures.kind)] && !figures.isFull && figures.freeBytes >= neededBytes && slot != sourceSlot
            && (request.requested == nil || slot == requestedSlot) && !barred.contains(slot)
            && (!request.isAlone || figures.partyCount == (ownSlots.contains(slot) ? 1 : 0))
    }

    /// Everything that stands against a host, suspicion apart; empty when it can take the container.
    func reasons(against entry: PlacementIndex.Entry) -> [ExclusionReason] {
        var reasons: [ExclusionReason] = []
        if entry.name == request.source { reasons.append(.sameHost) }
        if let requested = request.requested, entry.name != requested { reasons.append(.notRequested) }
        if !isKindFeasible[Int(entry.kind)] {
            reasons += Self.reasons(against: index.kinds[Int(entry.kind)], request.runtime, source)
        }
        if entry.isFull { reasons.append(.containersFull(limit: entry.capacity.containers)) }
        if entry.freeBytes < neededBytes { reasons.append(.memoryFull(freeBytes: max(0, entry.freeBytes))) }
        for party in neverBeside where entry.parties[party] != nil {
            reasons.append(.neverBeside(party))
        }
        if !request.besideImmovable, let slot = index.slots[entry.name],
            let party = index.refuser(on: slot, toward: request.party)
        {
            reasons.append(.besideImmovable(party))
        }
        if request.isAlone, entry.parties.keys.contains(where: { $0 != request.party }) { reasons.append(.notAlone) }
        if request.busy.contains(entry.name) { reasons.append(.relocating) }
        return reasons
    }

    private static func reasons(
        against kind: PlacementIndex.Kind, _ runtime: RuntimeKind, _ source: PlacementIndex.Kind?
    ) -> [ExclusionReason] {
        var reasons: [ExclusionReason] = []
        if kind.role != .worker { reasons.append(.wrongRole(kind.role)) }
        if kind.state != .ready { reasons.append(.notReady(kind.state)) }
        if !kind.runtimes.contains(runtime) { reasons.append(.runtimeMissing(runtime)) }
        // A new container needs it too: where it cannot be dumped it could never leave.
        if runtime == .runc, !kind.hasCriu { reasons.append(.criuMissing) }
        guard let source else { return reasons }
        if kind.architecture != source.architecture { reasons.append(.differentArchitecture(kind.architecture)) }
        if runtime != .simulated, !source.features.isEmpty, !kind.features.isEmpty, kind.features != source.features {
            let missing = Set(source.features).subtracting(kind.features).sorted()
            if !missing.isEmpty { reasons.append(.processorFeaturesMissing(missing)) }
        }
        return reasons
    }
}
