/// A part of a step that its agent measures.
public enum StepPart: String, Sendable, CaseIterable {
    /// `checkpoint`: what CRIU says of how long the processes stood still.
    case frozen
    /// `checkpoint`: the look at the container's processes before they stand still.
    case look
    /// `checkpoint`: the dump.
    case dump
    /// `checkpoint`: the writable layer and the output, put beside the dump.
    case layer
    /// `checkpoint`: the end of what was dumped.
    case end
    /// `restore`: a CRIU worker, where none was ready.
    case worker
    /// `restore`: the writable layer and the mounts.
    case root
    /// `restore`: the restore.
    case restore
    /// `restore`: holding what was restored, where the runtime has let it run.
    case hold
    /// `release`: the processes go on.
    case resume
}

/// How long the parts of a step took, in milliseconds.
public struct StepTimings: Codable, Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private var milliseconds: [StepPart: Double]

    /// The parts that were measured.
    public init(dictionaryLiteral parts: (StepPart, Double)...) {
        milliseconds = Dictionary(parts) { $1 }
    }

    /// How long a part took; `nil` when it was not measured.
    public subscript(part: StepPart) -> Double? {
        get { milliseconds[part] }
        set { milliseconds[part] = newValue }
    }

    /// What was measured, in the order of the parts.
    public var parts: [(part: StepPart, milliseconds: Double)] {
        StepPart.allCases.compactMap { part in milliseconds[part].map { (part, $0) } }
    }

    /// Decodes an object. A part that this version does not know is left out: an agent may be newer.
    public init(from decoder: any Decoder) throws {
        milliseconds = [:]
        for (name, value) in try decoder.singleValueContainer().decode([String: Double].self) {
            if let part = StepPart(rawValue: name) { milliseconds[part] = value }
        }
    }

    /// Encodes an object.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Dictionary(uniqueKeysWithValues: parts.map { ($0.part.rawValue, $0.milliseconds) }))
    }
}
