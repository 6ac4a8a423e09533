import FleetModel

extension Experiment {
    /// Reads an experiment that somebody wrote, and checks it as far as it can be without running it.
    /// - Throws: `SimulationError.outOfRange` that names the first place which is wrong, `experiment` for the whole.
    public init(json bytes: some Collection<UInt8>) throws(SimulationError) {
        try self.init(decoding: bytes)
        _ = try points()
    }

    /// Reads an experiment without looking at its scenarios.
    init(decoding bytes: some Collection<UInt8>) throws(SimulationError) {
        do {
            self = try FleetJSON.decode(Experiment.self, from: bytes, isStrict: true)
        } catch {
            let fault = DecodingFault(error)
            let place = fault.path.steps.isEmpty ? "experiment" : fault.path.description
            throw .outOfRange(field: place, detail: fault.detail)
        }
    }

    /// The most points that an experiment may have.
    static let mostPoints = 5000

    /// Checks the frame: names, numbers and references. Whether the scenarios are right is for `points()` to say.
    /// - Throws: `SimulationError.outOfRange` that names the first place which is wrong.
    public func validate() throws(SimulationError) {
        try Self.check(name: name, "name")
        try Self.check(runs: runs)
        try Self.check(isObject: base, "base")
        guard !panels.isEmpty else { throw .outOfRange(field: "panels", detail: "must be one panel or more, are none") }
        try Self.check(areDifferent: panels.map(\.name), "panels", "name")
        for (number, panel) in panels.enumerated() { try panel.validate("panels[\(number)]") }
        guard pointCount <= Self.mostPoints else {
            throw .outOfRange(
                field: "panels", detail: "must have at most \(Self.mostPoints) points all together, have \(pointCount)")
        }
    }

    static func check(runs: Int) throws(SimulationError) { try Scenario.check(runs, in: 2...1_000_000, "runs") }

    static func check(name: String, _ field: String) throws(SimulationError) {
        do {
            _ = try Name<Experiment>(name)
        } catch {
            throw .outOfRange(field: field, detail: "\(error)")
        }
    }

    static func check(isObject value: JSONValue, _ field: String) throws(SimulationError) {
        if case .object = value { return }
        throw .outOfRange(field: field, detail: "must be an object: fields of a scenario")
    }

    static func check(areDifferent names: [String], _ list: String, _ field: String) throws(SimulationError) {
        var seen: Set<String> = []
        for (number, name) in names.enumerated() {
            let place = "\(list)[\(number)].\(field)"
            guard !name.isEmpty else { throw .outOfRange(field: place, detail: "must not be empty") }
            guard seen.insert(name).inserted else {
                throw .outOfRange(field: place, detail: "must be one of its own, and '\(name)' is taken")
            }
        }
    }
}
