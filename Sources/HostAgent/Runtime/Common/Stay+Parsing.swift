import FleetModel

extension Stay {
    /// Reads `description` back; `nil` for anything else.
    init?(parsing text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let container = try? ContainerName(String(parts[0])),
            let number = Int64(parts[1]), number >= 0
        else { return nil }
        self.init(container: container, arrival: number == 0 ? nil : RelocationID(number))
    }
}
