/// Whether the clock is paused. What `GET /v1/scheduler` shows is what `PUT` takes.
public struct SchedulerView: JSONBody {
    /// Whether containers stay where they are.
    public var paused: Bool

    private enum CodingKeys: String, CodingKey, CaseIterable { case paused }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Whether the clock is paused.
    public init(paused: Bool) { self.paused = paused }
}
