import FleetModel

/// A point of a figure, with what is simulated for it.
public struct ExperimentPoint: Sendable, Hashable {
    /// The number of its panel, counted from 0.
    public let panel: Int
    /// The number of its series, counted from 0.
    public let series: Int
    /// The number of its step, counted from 0.
    public let step: Int
    /// What is simulated.
    public let scenario: Scenario
}

extension Experiment {
    /// All points, panel by panel, series by series and step by step.
    /// - Throws: `SimulationError.outOfRange` that names the change which makes a scenario a wrong one, such as
    ///   `panels[1].series[0].change.policy.clock`.
    public func points() throws(SimulationError) -> [ExperimentPoint] {
        try validate()
        var points: [ExperimentPoint] = []
        for (number, panel) in panels.enumerated() {
            for series in panel.series.indices {
                for step in panel.x.steps.indices {
                    points.append(
                        ExperimentPoint(
                            panel: number, series: series, step: step,
                            scenario: try scenario(panel: number, series: series, step: step)))
                }
            }
        }
        return points
    }

    private func scenario(panel: Int, series: Int, step: Int) throws(SimulationError) -> Scenario {
        let layers = layers(panel: panel, series: series, step: step)
        let scenario: Scenario
        do {
            scenario = try FleetJSON.decode(
                Scenario.self, from: try FleetJSON.encode(layers.scenario), isStrict: true)
        } catch {
            let fault = DecodingFault(error)
            throw .outOfRange(field: layers.place(of: fault.path), detail: fault.detail)
        }
        do throws(SimulationError) {
            try scenario.validate()
        } catch {
            guard case .outOfRange(let field, let detail) = error else { throw error }
            throw .outOfRange(field: layers.place(of: FieldPath(field)), detail: detail)
        }
        return scenario
    }

    private func layers(panel number: Int, series seriesNumber: Int, step stepNumber: Int) -> ScenarioLayers {
        let panel = panels[number]
        let series = panel.series[seriesNumber]
        let step = panel.x.steps[stepNumber]
        let place = "panels[\(number)]"
        var layers = [
            ScenarioLayers.Layer(place: "base", value: base),
            .init(place: "\(place).change", value: panel.change),
            .init(place: "\(place).series[\(seriesNumber)].change", value: series.change),
            .init(place: "\(place).x.steps[\(stepNumber)].change", value: step.change),
        ]
        if let change = series.stepChanges[step.name] {
            layers.append(.init(place: "\(place).series[\(seriesNumber)].stepChanges.\(step.name)", value: change))
        }
        return ScenarioLayers(layers, point: "\(place).x.steps[\(stepNumber)]")
    }
}
