import FleetModel

/// Does what is to be done to one stay of a runtime, one thing at a time.
protocol StayKeeping: Actor {
    /// What all stays of the runtime share.
    associatedtype Tools: StayTools

    /// A keeper of a stay that does nothing yet.
    init(of stay: Stay, tools: Tools)

    /// Finds out how the stay stands that an earlier agent left.
    func settle() async

    /// See `ContainerRuntime.remove`.
    func remove() async throws(StepFailure)

    /// See `ContainerRuntime.removeForsakenDumps`.
    func removeIfForsaken(_ dump: DumpDirectory) async throws(StepFailure)

    /// Ends what is held, if its time is over.
    func endLease() async
}

extension StayKeeping {
    /// Waits until the time is over of what is held.
    func expiry(after lease: Duration) -> Task<Void, Never> {
        Task { [weak self] in
            do { try await Task.sleep(for: lease) } catch { return }
            await self?.endLease()
        }
    }
}

/// What all stays of a runtime share.
protocol StayTools: Sendable {
    /// The dumps that they make and are restored from.
    var dumps: DumpStorage { get }
}

extension StayTools {
    /// The dump of a relocation.
    func dump(of relocation: RelocationID) -> DumpDirectory { dumps.dump(of: relocation) }

    /// How a stay marks its dumps.
    func maker(_ stay: Stay) -> DumpDirectory.Maker { dumps.maker(stay) }
}
