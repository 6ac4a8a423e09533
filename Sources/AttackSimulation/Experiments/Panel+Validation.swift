import FleetModel

extension Panel {
    func validate(_ place: String) throws(SimulationError) {
        try Experiment.check(name: name, "\(place).name")
        try Experiment.check(isObject: change, "\(place).change")
        try validateSteps("\(place).x.steps")
        try validateSeries("\(place).series")
        for (number, mark) in marks.enumerated() where !mark.value.isFinite {
            throw .outOfRange(field: "\(place).marks[\(number)].value", detail: "must be a number, is \(mark.value)")
        }
        if let baseline, !series.contains(where: { $0.label == baseline.series }) {
            throw .outOfRange(
                field: "\(place).baseline.series",
                detail: "must be the label of a series, is '\(baseline.series)'; there are "
                    + series.map { "'\($0.label)'" }.joined(separator: ", "))
        }
    }

    private func validateSteps(_ place: String) throws(SimulationError) {
        guard !x.steps.isEmpty else { throw .outOfRange(field: place, detail: "must be one step or more, are none") }
        try Experiment.check(areDifferent: x.steps.map(\.name), place, "label")
        let values = x.steps.compactMap(\.value)
        guard form != .lines || values.count == x.steps.count else {
            throw .outOfRange(field: place, detail: "must all have a value to make lines")
        }
        guard values.isEmpty || values.count == x.steps.count else {
            throw .outOfRange(field: place, detail: "must all have a value, or none of them")
        }
        for (number, step) in x.steps.enumerated() {
            try Experiment.check(isObject: step.change, "\(place)[\(number)].change")
            guard let value = step.value else { continue }
            guard value.isFinite, number == 0 || value > values[number - 1] else {
                throw .outOfRange(
                    field: "\(place)[\(number)].value", detail: "must be above that of the step before, is \(value)")
            }
            guard value > 0 || !x.isLogarithmic else {
                throw .outOfRange(
                    field: "\(place)[\(number)].value", detail: "must be above 0 on a logarithmic axis, is \(value)")
            }
        }
    }

    private func validateSeries(_ place: String) throws(SimulationError) {
        guard !series.isEmpty else { throw .outOfRange(field: place, detail: "must be one or more, are none") }
        try Experiment.check(areDifferent: series.map(\.label), place, "label")
        let steps = Set(x.steps.map(\.name))
        for (number, series) in series.enumerated() {
            try Experiment.check(isObject: series.change, "\(place)[\(number)].change")
            for (step, change) in series.stepChanges.sorted(by: { $0.key < $1.key }) {
                let field = "\(place)[\(number)].stepChanges.\(step)"
                guard steps.contains(step) else {
                    throw .outOfRange(
                        field: field,
                        detail: "must be the name of a step; there are "
                            + x.steps.map { "'\($0.name)'" }.joined(separator: ", "))
                }
                try Experiment.check(isObject: change, field)
            }
        }
    }
}
