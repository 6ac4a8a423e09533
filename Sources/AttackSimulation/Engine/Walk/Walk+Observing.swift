extension Walk {
    /// The hosts, those first to which a container went most often that was watched for so many moves; equals in random
    /// order.
    mutating func mostVisited(observedMoves moves: Int, seed: UInt64) -> [Int] {
        var generator = Xoshiro256(seed: seed)
        var arrivals = Array(repeating: 0, count: world.count)
        begin(
            at: generator.index(below: world.count), attackers: [], clock: Xoshiro256(seed: generator.next()),
            placement: Xoshiro256(seed: generator.next()))
        for _ in 0..<moves {
            // Nobody comes to a container that is alone here, so it would stay for good.
            guard deadline.isFinite, !staysForBeingAlone else { break }
            let move = draw()
            go(move)
            arrivals[move.host] += 1
        }
        let order = arrivals.map { (count: $0, lot: generator.next()) }
        return order.indices.sorted { (order[$0].count, order[$0].lot) > (order[$1].count, order[$1].lot) }
    }
}
