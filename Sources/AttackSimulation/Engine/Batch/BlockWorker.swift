import FleetModel

/// Does blocks, one after the other.
struct BlockWorker {
    /// What is drawn with the seeds that are made of a job's seed.
    private enum Stream: UInt64 { case fleets, observers, runs }

    /// What decides a world.
    private struct WorldKey: Equatable {
        let fleet: SimulatedFleet
        let weights: HeterogeneityWeights
        /// Given hosts need none.
        var seed: UInt64
    }

    /// The last world, which the next block often needs, too.
    private var last: (key: WorldKey, world: World)?

    /// Does a block.
    /// - Returns: `nil` when it was stopped.
    mutating func run(_ block: Block, isCancelled: () -> Bool) -> BlockTally? {
        let scenario = block.job.scenario
        var horizon: Double?
        if case .seconds(let seconds) = scenario.horizon { horizon = seconds }
        var runner = BlockRunner(
            scenario, in: world(of: block), observerSeed: Self.seed(block.job.seed, .observers, block.number))
        var tally = BlockTally()
        for number in block.runs {
            guard !isCancelled(),
                let record = runner.run(seed: Self.seed(block.job.seed, .runs, number), isCancelled: isCancelled)
            else { return nil }
            tally.add(record, horizon: horizon)
        }
        return tally
    }

    private static func seed(_ seed: UInt64, _ stream: Stream, _ number: Int) -> UInt64 {
        SplitMix64.seed(SplitMix64.seed(seed, stream.rawValue), UInt64(number))
    }

    private mutating func world(of block: Block) -> World {
        let scenario = block.job.scenario
        var key = WorldKey(fleet: scenario.fleet, weights: scenario.policy.weights, seed: 0)
        if case .synthetic = scenario.fleet {
            key.seed = Self.seed(block.job.fleetSeed ?? block.job.seed, .fleets, block.number)
        }
        if let last, last.key == key { return last.world }
        let hosts: [SimulatedHost]
        switch scenario.fleet {
        case .synthetic(let fleet):
            var generator = Xoshiro256(seed: key.seed)
            hosts = fleet.draw(using: &generator)
        case .hosts(let given): hosts = given
        }
        let world = World(hosts, weights: key.weights)
        last = (key, world)
        return world
    }
}
