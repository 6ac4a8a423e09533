import FleetModel

/// How two values of an attribute are compared. Every distance is 0 for equal values and at most 1.
///
/// The grades in between, such as 0.3 for two builds of a kernel series, are judgements: the probability that an exploit
/// for one value does not carry over to the other.
enum AttributeDistance: Sendable {
    /// Equal or not.
    case nominal
    /// A kernel's release: 0.3 for another build of the same series, 0.7 for the same major version.
    case kernel
    /// `id`, `version`, `family`: 0.4 for another version, 0.7 for the same family.
    case distribution
    /// `name`, `version`: 0.5 for another version.
    case product
    /// `vendor` and others: 0.1 if only the microcode differs, 0.5 for the same vendor.
    case processor
    /// One minus the share of entries that both have (Jaccard).
    case overlap
    /// Products with versions: the mean of 0, 0.5 for another version, 1 for a product that one side has not.
    case versions
    /// Networks: one minus the longest common prefix of any two, as a share.
    case subnets
    /// `backend` and `digest`: one half each.
    case halves
    /// Products with versions, weighted Jaccard: a common product counts 0.6, a common version 0.4 more.
    case offers

    /// The distance of two values.
    func callAsFunction(_ left: AttributeValue, _ right: AttributeValue) -> Double {
        guard left != right else { return 0 }
        switch self {
        case .nominal: return left.description == right.description ? 0 : 1
        case .kernel: return Self.kernel(left.description, right.description)
        case .distribution: return Self.distribution(left.fields(["id", "version"]), right.fields(["id", "version"]))
        case .product: return Self.product(left.fields(["name", "version"]), right.fields(["name", "version"]))
        case .processor: return Self.processor(left.fields(["vendor"]), right.fields(["vendor"]))
        case .overlap: return Self.jaccard(left.entries, right.entries)
        case .versions: return Self.versions(left.fields([]), right.fields([]))
        case .subnets: return Self.subnets(left.entries, right.entries)
        case .halves: return Self.halves(left.fields(["backend"]), right.fields(["backend"]))
        case .offers: return Self.offers(left.fields([]), right.fields([]))
        }
    }

    private static func kernel(_ left: String, _ right: String) -> Double {
        func series(_ release: String) -> [Substring] {
            Array(release.split { !$0.isNumber && !$0.isLetter }.prefix(2))
        }
        let (left, right) = (series(left), series(right))
        guard left.count == 2, right.count == 2, left[0] == right[0] else { return 1 }
        return left[1] == right[1] ? 0.3 : 0.7
    }

    private static func distribution(_ left: [String: String], _ right: [String: String]) -> Double {
        if let id = left["id"], id == right["id"] { return left["version"] == right["version"] ? 0 : 0.4 }
        func families(_ fields: [String: String]) -> Set<Substring> {
            Set([fields["id"], fields["family"]].compactMap(\.self).flatMap { $0.split(separator: " ") })
        }
        return families(left).isDisjoint(with: families(right)) ? 1 : 0.7
    }

    private static func product(_ left: [String: String], _ right: [String: String]) -> Double {
        guard let name = left["name"], name == right["name"] else { return 1 }
        return left["version"] == right["version"] ? 0 : 0.5
    }

    private static func processor(_ left: [String: String], _ right: [String: String]) -> Double {
        guard let vendor = left["vendor"], vendor == right["vendor"] else { return 1 }
        func model(_ fields: [String: String]) -> [String: String] { fields.filter { $0.key != "microcode" } }
        return model(left) == model(right) ? 0.1 : 0.5
    }

    private static func jaccard(_ left: Set<String>, _ right: Set<String>) -> Double {
        let union = left.union(right).count
        return union == 0 ? 0 : 1 - Double(left.intersection(right).count) / Double(union)
    }

    private static func versions(_ left: [String: String], _ right: [String: String]) -> Double {
        let products = Set(left.keys).union(right.keys)
        guard !products.isEmpty else { return 0 }
        let sum = products.reduce(0) { sum, product in
            guard let first = left[product], let second = right[product] else { return sum + 1 }
            return sum + (first == second ? 0 : 0.5)
        }
        return sum / Double(products.count)
    }

    private static func subnets(_ left: Set<String>, _ right: Set<String>) -> Double {
        func networks(_ texts: Set<String>) -> [IPv4Network] { texts.compactMap { try? IPv4Network($0) } }
        let (lefts, rights) = (networks(left), networks(right))
        guard !lefts.isEmpty, !rights.isEmpty else { return jaccard(left, right) }
        let common = lefts.flatMap { left in rights.map { left.commonPrefix(with: $0) } }.max() ?? 0
        return 1 - Double(common) / 32
    }

    private static func halves(_ left: [String: String], _ right: [String: String]) -> Double {
        ["backend", "digest"].reduce(0) { $0 + (left[$1] == right[$1] ? 0 : 0.5) }
    }

    private static func offers(_ left: [String: String], _ right: [String: String]) -> Double {
        let products = Set(left.keys).union(right.keys)
        guard !products.isEmpty else { return 0 }
        let common = products.reduce(0.0) { sum, product in
            guard let first = left[product], let second = right[product] else { return sum }
            return sum + (first == second ? 1 : 0.6)
        }
        return 1 - common / Double(products.count)
    }
}

extension AttributeValue {
    /// The value as fields. What an operator wrote on one line, such as `debian 12`, is read as the fields named.
    fileprivate func fields(_ names: [String]) -> [String: String] {
        switch self {
        case .table(let table): return table
        case .list(let list): return Dictionary(list.map { ($0, "") }, uniquingKeysWith: { first, _ in first })
        case .text(let text):
            let words = text.split(separator: " ", maxSplits: max(0, names.count - 1)).map(String.init)
            guard !names.isEmpty else {
                let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
                return parts.first.map { [$0: parts.dropFirst().first ?? ""] } ?? [:]
            }
            return Dictionary(zip(names, words), uniquingKeysWith: { first, _ in first })
        }
    }

    /// The value as a set.
    fileprivate var entries: Set<String> {
        switch self {
        case .text(let text): [text]
        case .list(let list): Set(list)
        case .table(let table): Set(table.map { "\($0.key)=\($0.value)" })
        }
    }
}

extension IPv4Network {
    /// How many leading bits two networks have in common, at most the shorter prefix.
    fileprivate func commonPrefix(with other: IPv4Network) -> Int {
        let equal = (base.number ^ other.base.number).leadingZeroBitCount
        return self == other ? 32 : min(equal, prefixLength, other.prefixLength)
    }
}
