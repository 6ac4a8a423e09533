import FleetModel

extension Experiment {
    /// The experiments that come with the program, in the order in which they are best read.
    /// - Throws: `SimulationError` when one of them is wrong, which tests rule out.
    public static var all: [Experiment] {
        get throws(SimulationError) {
            var all: [Experiment] = []
            for bytes in shipped { all.append(try Experiment(json: bytes)) }
            return all
        }
    }

    /// The experiment with this name.
    /// - Throws: `SimulationError.unknownExperiment` with the names that there are.
    public static func named(_ name: String) throws(SimulationError) -> Experiment {
        let all = try all
        guard let experiment = all.first(where: { $0.name == name }) else {
            throw .unknownExperiment(name, known: all.map(\.name))
        }
        return experiment
    }

    private static var shipped: [[UInt8]] {
        [
            PackageResources.time_migration_json, PackageResources.space_migration_json,
            PackageResources.modern_attacks_json, PackageResources.relocation_can_lose_json,
            PackageResources.bound_beats_mean_json, PackageResources.greedy_is_exploitable_json,
            PackageResources.ablation_json,
        ]
    }
}
