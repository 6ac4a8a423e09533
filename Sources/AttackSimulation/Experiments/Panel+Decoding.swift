import FleetModel

extension Panel {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, title, change, form, x, y, series, marks, baseline
    }

    /// Decodes a figure; change, form, marks and baseline may be left out.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        self.init(
            name: try fields.decode(String.self, forKey: .name), title: try fields.decode(String.self, forKey: .title),
            x: try fields.decode(Axis.self, forKey: .x), y: try fields.decode(Quantity.self, forKey: .y),
            series: try fields.decode([Series].self, forKey: .series))
        change = try fields.value(.change, or: change)
        form = try fields.value(.form, or: form)
        marks = try fields.value(.marks, or: marks)
        baseline = try fields.decodeIfPresent(Baseline.self, forKey: .baseline)
    }
}

extension Panel.Axis {
    enum CodingKeys: String, CodingKey, CaseIterable { case label, steps, isLogarithmic }

    /// Decodes an axis, which is linear unless it says otherwise.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        self.init(
            label: try fields.decode(String.self, forKey: .label),
            steps: try fields.decode([Panel.Step].self, forKey: .steps),
            isLogarithmic: try fields.value(.isLogarithmic, or: false))
    }
}

extension Panel.Step {
    enum CodingKeys: String, CodingKey, CaseIterable { case value, label, change }

    /// Decodes a step; its change may be left out.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        self.init(
            value: try fields.decodeIfPresent(Double.self, forKey: .value),
            label: try fields.decodeIfPresent(String.self, forKey: .label),
            change: try fields.value(.change, or: .object([:])))
    }
}

extension Panel.Series {
    enum CodingKeys: String, CodingKey, CaseIterable { case label, change, stepChanges }

    /// Decodes a line; its changes may be left out.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        self.init(
            label: try fields.decode(String.self, forKey: .label),
            change: try fields.value(.change, or: .object([:])),
            stepChanges: try fields.value(.stepChanges, or: [:]))
    }
}

extension Panel.Quantity {
    enum CodingKeys: String, CodingKey, CaseIterable { case measure, label }

    /// Decodes a quantity.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        self.init(measure: try fields.word(.measure), label: try fields.decode(String.self, forKey: .label))
    }
}

extension Panel.Mark {
    enum CodingKeys: String, CodingKey, CaseIterable { case value, label, meaning }

    /// Decodes a mark.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        self.init(
            value: try fields.decode(Double.self, forKey: .value),
            label: try fields.decode(String.self, forKey: .label),
            meaning: try fields.decode(String.self, forKey: .meaning))
    }
}

extension Panel.Baseline {
    enum CodingKeys: String, CodingKey, CaseIterable { case series, shows }

    /// Decodes a comparison.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        self.init(series: try fields.decode(String.self, forKey: .series), shows: try fields.word(.shows))
    }
}
