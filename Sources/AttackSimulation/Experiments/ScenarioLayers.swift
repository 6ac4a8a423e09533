import FleetModel

/// The changes that make a point's scenario, in the order in which they are laid over each other, each with its place in the
/// experiment.
struct ScenarioLayers {
    /// A change.
    struct Layer {
        let place: String
        let value: JSONValue
    }

    private let layers: [Layer]
    /// The place of the point, to be named for what no layer says.
    private let point: String

    init(_ layers: [Layer], point: String) {
        self.layers = layers
        self.point = point
    }

    /// All of them laid over each other.
    var scenario: JSONValue { layers.reduce(.object([:])) { $0.laid(under: $1.value, at: []) } }

    /// Where in the experiment a field of the scenario comes from: from the last layer that says the most of it.
    func place(of path: FieldPath) -> String {
        var best: (place: String, depth: Int) = (point, 0)
        for layer in layers.reversed() {
            let depth = path.depth(in: layer.value)
            if depth > best.depth { best = (layer.place, depth) }
            // What is below a choice does not shine through.
            if JSONValue.choices.contains(where: { path.starts(with: $0) && depth >= $0.count }) { break }
        }
        return path.steps.isEmpty ? best.place : "\(best.place).\(path)"
    }
}

/// The way to a field of a JSON value.
struct FieldPath: CustomStringConvertible {
    /// A step of it.
    enum Step: Hashable {
        case field(String)
        case element(Int)
    }

    let steps: [Step]

    init(_ path: [any CodingKey]) {
        steps = path.map { key in key.intValue.map(Step.element) ?? .field(key.stringValue) }
    }

    /// A path as it is written in messages, such as `fleet.hosts[2].name`.
    init(_ text: String) {
        steps = text.split(separator: ".").flatMap { part in
            let pieces = part.split(separator: "[")
            return pieces.enumerated().map { place, piece in
                place > 0 ? Int(piece.dropLast()).map(Step.element) ?? .field(String(piece)) : .field(String(piece))
            }
        }
    }

    var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .field(let name): text += text.isEmpty ? name : ".\(name)"
            case .element(let number): text += "[\(number)]"
            }
        }
        return text
    }

    func starts(with fields: [String]) -> Bool { steps.starts(with: fields.map(Step.field)) }

    /// How many of its steps there are in a value.
    func depth(in value: JSONValue) -> Int {
        var value = value
        for (depth, step) in steps.enumerated() {
            switch (step, value) {
            case (.field(let name), .object(let fields)):
                guard let next = fields[name] else { return depth }
                value = next
            case (.element(let number), .array(let elements)):
                guard elements.indices.contains(number) else { return depth }
                value = elements[number]
            default: return depth
            }
        }
        return steps.count
    }
}

extension JSONValue {
    /// Fields of a scenario that say which of several things something is. They are replaced as a whole, since one
    /// alternative's fields mean nothing for another.
    static let choices: Set<[String]> = [
        ["fleet"], ["horizon"], ["attack"], ["reuse"], ["policy", "clock"], ["attackers", "positions"],
        ["attackers", "pursuit"],
    ]

    /// This value with a change laid over it, field by field but for choices.
    func laid(under change: JSONValue, at path: [String]) -> JSONValue {
        guard !Self.choices.contains(path), case .object(var fields) = self, case .object(let changes) = change else {
            return change
        }
        for (name, change) in changes {
            fields[name] = fields[name].map { $0.laid(under: change, at: path + [name]) } ?? change
        }
        return .object(fields)
    }
}
