// That their scenarios are right is for tests to say, and takes longer than reading them.

extension Experiment {
    /// The experiments that come with the program, in the order in which they are best read.
    /// - Throws: `SimulationError` when one of them is wrong, which tests rule out.
    public static var all: [Experiment] {
        get throws(SimulationError) {
            var all: [Experiment] = []
            for (_, bytes) in shipped { all.append(try Experiment(decoding: bytes)) }
            return all
        }
    }

    /// The experiment with this name.
    /// - Throws: `SimulationError.unknownExperiment` with the names that there are.
    public static func named(_ name: String) throws(SimulationError) -> Experiment {
        guard let bytes = shipped.first(where: { $0.name == name })?.bytes else {
            throw .unknownExperiment(name, known: shipped.map(\.name))
        }
        return try Experiment(decoding: bytes)
    }

    private static var shipped: [(name: String, bytes: [UInt8])] {
        [
            ("time-migration", PackageResources.time_migration_json),
            ("space-migration", PackageResources.space_migration_json),
            ("modern-attacks", PackageResources.modern_attacks_json),
            ("relocation-can-lose", PackageResources.relocation_can_lose_json),
            ("bound-beats-mean", PackageResources.bound_beats_mean_json),
            ("greedy-is-exploitable", PackageResources.greedy_is_exploitable_json),
            ("ablation", PackageResources.ablation_json),
        ]
    }
}
