import FleetModel

/// What `/proc/cpuinfo` says about the host's processors.
struct ProcessorDescription: Sendable, Hashable {
    /// What is said of each processor.
    private let processors: [[String: String]]

    /// Parses the file. Processors are paragraphs; on some machines one more describes the board.
    init(_ text: String) {
        var processors: [[String: String]] = [[:]]
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else {
                processors.append([:])
                continue
            }
            let name = line[..<colon].trimmingWhitespace()
            processors[processors.count - 1][name] = line[line.index(after: colon)...].trimmingWhitespace()
        }
        self.processors = processors.filter { $0["processor"] != nil }
    }

    /// `vendor`, `family`, `model`, `stepping` and `microcode`; `nil` when nothing is said.
    ///
    /// ARM's processors have no such names: their implementer, architecture, part and `variant.revision` stand for the
    /// first four. Where processors of one host differ, the values are joined by `+`.
    var attribute: AttributeValue? {
        var table: [String: String] = [:]
        for (name, value) in [
            ("vendor", joined { $0["vendor_id"] ?? $0["CPU implementer"] }),
            ("family", joined { $0["cpu family"] ?? $0["CPU architecture"] }),
            ("model", joined { $0["model"] ?? $0["CPU part"] }),
            ("stepping", joined { $0["stepping"] ?? Self.revision($0) }),
            ("microcode", joined { $0["microcode"] }),
        ] {
            table[name] = value
        }
        return table.isEmpty ? nil : .table(table)
    }

    /// The features that a program may come to rely on and that every processor has, in alphabetical order.
    ///
    /// On ARM these are all that the kernel shows to programs (`Features`). On x86 `flags` also tells of what only the
    /// kernel uses, which is left out: a container does not notice its absence.
    var features: [String] {
        let sets = processors.compactMap { processor -> Set<String>? in
            if let features = processor["Features"] { return Set(features.split(separator: " ").map(String.init)) }
            return processor["flags"].map {
                Set($0.split(separator: " ").map(String.init)).intersection(ProcessorFeatures.x86)
            }
        }
        guard sets.count == processors.count, var common = sets.first else { return [] }
        for set in sets { common.formIntersection(set) }
        return common.sorted()
    }

    /// The processor's model name.
    var modelName: String? { processors.lazy.compactMap { $0["model name"] }.first }

    /// Whether a hypervisor has announced itself; `nil` where the processor has no way to say so.
    var hasHypervisor: Bool? {
        processors.first?["flags"].map { $0.split(separator: " ").contains("hypervisor") }
    }

    private func joined(_ value: ([String: String]) -> String?) -> String? {
        var values: [String] = []
        for processor in processors {
            if let value = value(processor), !value.isEmpty, !values.contains(value) { values.append(value) }
        }
        return values.isEmpty ? nil : values.joined(separator: "+")
    }

    private static func revision(_ processor: [String: String]) -> String? {
        guard let variant = processor["CPU variant"], let revision = processor["CPU revision"] else { return nil }
        return "\(variant).\(revision)"
    }
}
